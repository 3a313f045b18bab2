#include "format/cef.hpp"

#include "format/cef_line.hpp"
#include "format/event_tree.hpp"

#include <oktail/model/event.hpp>

#include <boost/json/array.hpp>

#include <arpa/inet.h>

#include <utility>

namespace oktail {
namespace {

namespace json = boost::json;

// What CEF's dictionary allows, and bytes where it says characters: that is never too much.
constexpr std::size_t longest_version = 31;
constexpr std::size_t longest_class_id = 1023;
constexpr std::size_t longest_name = 512;
constexpr std::size_t longest_external_id = 40;
constexpr std::size_t longest_device_id = 255;
constexpr std::size_t longest_host = 100;
constexpr std::size_t longest_outcome = 63;
constexpr std::size_t longest_text = 1023;
constexpr std::size_t longest_custom = 4000;
constexpr std::size_t unlimited = std::string_view::npos;

/// Okta's specification has both "0" and 0.
std::string version_of(const EventTree& event) {
    const json::value* version = event.find({"version"});
    const std::int64_t* number = version ? version->if_int64() : nullptr;
    if (number) return std::to_string(*number);
    const std::string_view text = event.text({"version"});
    return text.empty() ? "0" : std::string(text);
}

/// CEF: 0 to 3 is low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. 0 is left for what Okta has not told us of: an event
/// of no known severity should not look like a known one.
std::string_view severity_of(const EventTree& event) {
    const std::string_view severity = event.text({"severity"});
    if (severity == "DEBUG") return "1";
    if (severity == "INFO") return "3";
    if (severity == "WARN") return "6";
    if (severity == "ERROR") return "9";
    return "0";
}

void put_header(CefLine& line, const EventTree& event) {
    const std::string_view type = event.text({"eventType"});
    const std::string_view name = event.text({"displayMessage"});
    line.header("Okta", longest_text);
    line.header("System Log", longest_text);
    line.header(version_of(event), longest_version);
    line.header(type, longest_class_id);
    line.header(name.empty() ? type : name, longest_name);  // Okta may send null, and CEF wants a name
    line.header(severity_of(event), unlimited);
}

void put_time(CefLine& line, const EventTree& event) {
    const UtcTime published = event_time(event.text({"published"}));
    if (published != UtcTime{}) line.field("rt", std::to_string(published.time_since_epoch().count()), unlimited);
}

bool is_address(int family, std::string_view text) {
    unsigned char address[sizeof(in6_addr)];
    return text.find('\0') == std::string_view::npos && ::inet_pton(family, std::string(text).c_str(), address) == 1;
}

void put_source(CefLine& line, const EventTree& event) {
    const std::string_view address = event.text({"client", "ipAddress"});
    if (is_address(AF_INET, address)) line.field("src", address, unlimited);
    else if (is_address(AF_INET6, address)) line.field("c6a2", "Source IPv6 Address", address, unlimited);
}

/// nullptr if there is none.
const json::value* first_target(const EventTree& event, std::string_view type) {
    const json::value* target = event.find({"target"});
    const json::array* targets = target ? target->if_array() : nullptr;
    if (!targets) return nullptr;
    for (const json::value& candidate : *targets)
        if (text_of(candidate, "type") == type) return &candidate;
    return nullptr;
}

void put_people(CefLine& line, const EventTree& event) {
    line.field("suser", event.text({"actor", "alternateId"}), longest_text);
    line.field("suid", event.text({"actor", "id"}), longest_text);
    if (const json::value* user = first_target(event, "User")) {
        line.field("duser", text_of(*user, "alternateId"), longest_text);
        line.field("duid", text_of(*user, "id"), longest_text);
    }
}

/// "LOW" of "{reasons=New Device, level=LOW}", which is Java's way to print a map.
std::string_view level_in_map(std::string_view risk) {
    constexpr std::string_view name = "level=";
    const std::size_t at = risk.rfind(name);
    if (at == std::string_view::npos) return {};
    const std::string_view level = risk.substr(at + name.size());
    return level.substr(0, level.find_first_of(",}"));
}

/// Okta has put it in three places over the years.
std::string risk_level(const EventTree& event) {
    const std::string_view structured = event.text({"securityContext", "risk", "level"});
    if (!structured.empty()) return std::string(structured);
    const std::string_view printed = level_in_map(event.text({"debugContext", "debugData", "risk"}));
    if (!printed.empty()) return std::string(printed);
    const std::string_view text = event.text({"debugContext", "debugData", "logOnlySecurityData"});
    return text.empty() ? std::string() : std::string(EventTree(text).text({"risk", "level"}));
}

/// Not of an AppUser: that is the account in the app, and has the user's name.
std::string_view app_of(const EventTree& event) {
    const json::value* app = first_target(event, "AppInstance");
    return app ? text_of(*app, "displayName") : std::string_view();
}

/// Okta writes the word "null" where there is no zone.
std::string_view zone_of(const EventTree& event) {
    const std::string_view zone = event.text({"client", "zone"});
    return zone == "null" ? std::string_view() : zone;
}

void put_custom(CefLine& line, const EventTree& event) {
    line.field("cs1", "transactionId", event.text({"transaction", "id"}), longest_custom);
    line.field("cs2", "sessionId", event.text({"authenticationContext", "externalSessionId"}), longest_custom);
    line.field("cs3", "riskLevel", risk_level(event), longest_custom);
    line.field("cs4", "targetApp", app_of(event), longest_custom);
    line.field("cs5", "zone", zone_of(event), longest_custom);
    line.field("cs6", "actorName", event.text({"actor", "displayName"}), longest_custom);
}

}  // namespace

Cef::Cef(std::string domain, std::string tenant) : domain_(std::move(domain)), tenant_(std::move(tenant)) {}

std::optional<std::string> Cef::text(std::string_view event, std::size_t most) const {
    std::string line;
    return append(line, event, most) ? std::optional(std::move(line)) : std::nullopt;
}

bool Cef::append(std::string& to, std::string_view event, std::size_t most) const {
    const EventTree tree(event);
    if (!tree.is_object()) return false;
    const std::size_t before = to.size();
    CefLine line(to);
    put_header(line, tree);
    put_time(line, tree);
    line.field("externalId", tree.text({"uuid"}), longest_external_id);
    line.field("deviceExternalId", tenant_, longest_device_id);
    line.field("dvchost", domain_, longest_host);
    put_source(line, tree);
    put_people(line, tree);
    line.field("outcome", tree.text({"outcome", "result"}), longest_outcome);
    line.field("reason", tree.text({"outcome", "reason"}), longest_text);
    line.field("requestClientApplication", tree.text({"client", "userAgent", "rawUserAgent"}), longest_text);
    line.field("request", tree.text({"debugContext", "debugData", "requestUri"}), longest_text);
    put_custom(line, tree);
    if (line.end(most)) return true;
    to.resize(before);
    return false;
}

}  // namespace oktail
