#include "config/proxy.hpp"

#include "config/domain.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace oktail {
namespace {

constexpr std::string_view advice = "write http://HOST:PORT, from_env or off";

std::string first_of(const Environment& environment, std::string_view lower, std::string_view upper) {
    for (const std::string_view name : {lower, upper})
        if (auto value = environment(std::string(name)); value && !value->empty()) return *value;
    return {};
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return text;
}

/// "acme.okta.com", ".okta.com", "*.okta.com", "okta.com" (for its subdomains too), each with or without a port; "*"
bool covers(std::string_view entry, std::string_view host) {
    if (entry == "*") return true;
    entry = entry.substr(0, entry.find(':'));
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || !host.ends_with(entry)) return false;
    return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool is_exempt(const std::string& list, std::string_view host) {
    constexpr std::string_view separators = ", \t";
    for (std::string_view rest = list; !rest.empty();) {
        const std::string_view entry = rest.substr(0, rest.find_first_of(separators));
        rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
        if (!entry.empty() && covers(entry, host)) return true;
    }
    return false;
}

/// What stands behind "http://".
std::string address_of(const std::string& url, const std::string& where, const ConfigPlace& place, Problems& problems) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) {
        // It may hold a password.
        problems.add(place, where + (url.starts_with("https://") ? " is not plain http" : " is no proxy"),
                     std::string(advice) + "; what goes through it is TLS in any case");
        return {};
    }
    std::string address = url.substr(scheme.size());
    if (address.ends_with('/')) address.pop_back();
    if (address.find('@') != std::string::npos) {
        problems.add(place, where + " holds a user", "put user:password into a file, and name that in proxy_auth_file");
        return {};
    }
    if (is_host_and_port(address)) return address;
    problems.add(place, where + " " + quote(address, 128) + " lacks a host or a port", advice);
    return {};
}

}  // namespace

std::string read_proxy(const std::string& text, const Origin& org, const ConfigPlace& place, const Environment& environment,
                       Problems& problems) {
    if (text.empty() || text == "off") return {};
    if (text != "from_env") return address_of(text, "the proxy", place, problems);
    const std::string url = first_of(environment, "https_proxy", "HTTPS_PROXY");
    if (url.empty() || is_exempt(lower_case(first_of(environment, "no_proxy", "NO_PROXY")), org.host())) return {};
    return address_of(url, "https_proxy in the environment", place, problems);
}

}  // namespace oktail
