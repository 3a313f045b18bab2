#include "config/domain.hpp"

#include "config/values.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace oktail {
namespace {

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_host_label(std::string_view label) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, allowed);
}

/// At least two labels: "acme" alone is an org's name, not its domain.
bool is_host(std::string_view host) {
    if (host.size() > 253 || host.find('.') == std::string_view::npos) return false;
    for (;;) {
        const auto dot = host.find('.');
        if (!is_host_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = parse_integer(text);
    if (!port || *port == 0 || *port > 65'535) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// The host of the admin console has no API; people copy it from the browser.
std::optional<std::string> without_admin(const std::string& host) {
    constexpr std::array suffixes{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"};
    for (const std::string_view suffix : suffixes) {
        const std::string admin = "-admin." + std::string(suffix);
        if (host.ends_with(admin)) return host.substr(0, host.size() - admin.size()) + "." + std::string(suffix);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Origin> parse_domain(const std::string& text, const ConfigPlace& place, Problems& problems) {
    std::string host = lower_case(text);
    if (host.starts_with("http://")) {
        problems.add(place, "is not https", "write the domain alone, such as acme.okta.com");
        return std::nullopt;
    }
    if (host.starts_with("https://")) host.erase(0, std::string_view("https://").size());
    if (host.ends_with('/')) host.pop_back();
    std::optional<std::uint16_t> port = 443;
    if (const auto colon = host.rfind(':'); colon != std::string::npos) {
        port = parse_port(std::string_view(host).substr(colon + 1));
        host.erase(colon);
    }
    if (host.ends_with('.')) host.pop_back();
    if (!port || !is_host(host)) {
        problems.add(place, quote(text, 128) + " is no domain",
                     "write it as in the browser, without a path, such as acme.okta.com");
        return std::nullopt;
    }
    if (const auto org = without_admin(host)) {
        problems.add(place, quote(host) + " is the admin console, which has no API", "write " + *org);
        return std::nullopt;
    }
    return Origin(std::move(host), *port);
}

bool is_host_and_port(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || !parse_port(std::string_view(text).substr(colon + 1))) return false;
    const std::string_view host = std::string_view(text).substr(0, colon);
    const bool literal = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    const auto unwanted = literal ? std::string_view(" /@[]") : std::string_view(" /@[]:");
    return (literal ? host.substr(1, host.size() - 2) : host).find_first_of(unwanted) == std::string_view::npos;
}

}  // namespace oktail
