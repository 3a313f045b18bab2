#include "okta/link_header.hpp"

#include "core/quote.hpp"
#include "okta/field_reader.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace oktail {
namespace {

using boost::algorithm::iequals;
using boost::algorithm::istarts_with;

constexpr std::size_t longest_link = 8 * 1024;
constexpr std::string_view scheme = "https://";
constexpr std::string_view logs_path = "/api/v1/logs";
constexpr std::array<std::string_view, 7> polling_parameters{"after", "limit", "since", "sortOrder", "filter", "q", "until"};

bool names_next(std::string_view relations) {
    while (!relations.empty()) {
        const std::string_view relation = relations.substr(0, relations.find_first_of(" \t"));
        if (iequals(relation, "next")) return true;
        relations.remove_prefix(std::min(relations.size(), relation.size() + 1));
    }
    return false;
}

/// Collects the URLs of all links of relation "next"; false if the field is not a list of links.
bool read_links(std::string_view field, std::vector<std::string_view>& next) {
    FieldReader reader(field);
    for (;;) {
        while (reader.take(',')) continue;  // empty elements are fine
        if (reader.done()) return true;
        if (!reader.take('<')) return false;
        const auto url = reader.until('>');
        if (!url) return false;
        std::optional<std::string> relations;
        while (reader.take(';')) {
            const std::string_view name = reader.token();
            const bool valued = reader.take('=');
            auto value = valued ? reader.word() : std::string();
            if (!value) return false;
            if (!relations && iequals(name, "rel")) relations = std::move(value);  // later ones do not count
        }
        reader.skip_space();
        if (relations && names_next(*relations)) next.push_back(*url);
        if (!reader.done() && !reader.take(',')) return false;
    }
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Compared as a whole: no user info, no other port, no look-alike has a chance.
bool is_authority(std::string_view text, const std::string& host, std::uint16_t port) {
    const Origin allowed(host, port);
    return iequals(text, allowed.authority()) || (port == 443 && iequals(text, allowed.authority() + ":443"));
}

/// Why this must not be the next request; empty if it may be.
std::string_view query_trouble(std::string_view query, QueryKind kind) {
    bool names_place = false;
    bool has_end = false;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const std::string_view name = pair.substr(0, pair.find('='));
        const std::string_view value = name.size() < pair.size() ? pair.substr(name.size() + 1) : std::string_view{};
        if (pair.empty()) continue;
        if (std::find(polling_parameters.begin(), polling_parameters.end(), name) == polling_parameters.end())
            return "has a parameter that no polling request has";
        has_end |= name == "until" && !value.empty();
        if (name == "sortOrder" && !value.empty() && !iequals(value, "ASCENDING")) return "does not ascend";
        names_place |= (name == "after" || name == "since") && !value.empty();
    }
    if (has_end && kind == QueryKind::polling) return "is bounded by `until`";
    if (!has_end && kind == QueryKind::bounded) return "is not bounded by `until`";
    return names_place ? "" : "names no place in the log";
}

/// Splits the target off a link that may be followed; otherwise says why not.
std::string_view refuse_or_take(std::string_view link, const Origin& origin, const std::vector<std::string>& link_hosts,
                                QueryKind kind, std::string_view& target) {
    if (link.size() > longest_link) return "is longer than 8 KiB";
    if (!is_visible_ascii(link)) return "holds white space, control or non-ASCII characters";
    if (link.find_first_of("\\#") != std::string_view::npos) return "holds a backslash or a fragment";
    if (!istarts_with(link, scheme)) return "is not https";
    link.remove_prefix(scheme.size());

    const std::string_view authority = link.substr(0, link.find_first_of("/?"));
    const bool ours = is_authority(authority, origin.host(), origin.port()) ||
                      std::any_of(link_hosts.begin(), link_hosts.end(),
                                  [&](const std::string& host) { return is_authority(authority, host, origin.port()); });
    if (!ours) return "leads to another host or port (link_hosts may allow a host)";

    target = link.substr(authority.size());
    const std::string_view path = target.substr(0, target.find('?'));
    if (path != logs_path) return "has another path than /api/v1/logs";
    return query_trouble(target.substr(std::min(target.size(), path.size() + 1)), kind);
}

}  // namespace

NextLink next_link(const ResponseHead& head, const Origin& origin, const std::vector<std::string>& link_hosts, QueryKind kind) {
    std::vector<std::string_view> links;
    for (const std::string_view field : head.find_all("link"))
        if (!read_links(field, links)) return NextLink::refused("the Link field cannot be read");

    std::optional<std::string_view> next;
    for (const std::string_view link : links) {
        std::string_view target;
        const std::string_view trouble = refuse_or_take(link, origin, link_hosts, kind, target);
        // The query stays out of the text: cursors are nobody's business.
        if (!trouble.empty())
            return NextLink::refused("the next link " + quote_answer(link.substr(0, link.find('?'))) + ' ' +
                                     std::string(trouble));
        if (next && *next != target) return NextLink::refused("two next links differ");
        next = target;
    }
    return next ? NextLink::to(Cursor(std::string(*next))) : NextLink::none();
}

}  // namespace oktail
