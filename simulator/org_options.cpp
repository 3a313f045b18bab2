#include "simulator/org.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace oktail::simulator {
namespace {

template <class Number>
bool read(std::string_view text, Number& into) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), into);
    return ec == std::errc() && end == text.data() + text.size() && into >= 0;
}

template <class Choice, std::size_t n>
bool choose(std::string_view text, Choice& into, const std::array<std::string_view, n>& names) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return false;
    into = static_cast<Choice>(found - names.begin());
    return true;
}

bool set(OrgOptions& options, std::string_view key, std::string_view text) {
    using Names = std::array<std::string_view, 3>;
    if (key == "rate") return read(text, options.rate);
    if (key == "backlog") return read(text, options.backlog);
    if (key == "limit") return read(text, options.limit);
    if (key == "token_limit") return read(text, options.token_limit);
    if (key == "huge") return read(text, options.huge_every);
    if (key == "cursor") return choose(text, options.cursor, Names{"milliseconds", "uuid", "lengthy"});
    if (key == "empty_next") return choose(text, options.empty_next, Names{"same", "absent", "moved"});
    if (key == "client") return choose(text, options.client, std::array<std::string_view, 2>{"integration", "custom"});
    if (key == "dpop") return choose(text, options.dpop, std::array<std::string_view, 2>{"off", "on"});
    if (key == "links") return choose(text, options.links, Names{"two_lines", "joined", "reordered"});
    return false;
}

}  // namespace

Result<OrgOptions> read_org_options(std::string_view text) {
    OrgOptions options;
    options.host = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), options.host.size() + 1));
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    if (options.host.empty() || options.host.find_first_not_of(allowed) != std::string::npos || options.host.front() == '.')
        return Error(ErrorKind::rejected, "an org is a host name in small letters, like acme.okta.com");
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        const std::size_t equals = std::min(item.find('='), item.size());
        if (!set(options, item.substr(0, equals), item.substr(std::min(item.size(), equals + 1))))
            return Error(ErrorKind::rejected, "org " + options.host + ": cannot use \"" + std::string(item) + "\"");
    }
    return options;
}

}  // namespace oktail::simulator
