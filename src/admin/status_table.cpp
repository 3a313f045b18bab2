#include "admin/status_table.hpp"

#include "admin/text_table.hpp"
#include "core/time_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

namespace oktail {
namespace {

namespace json = boost::json;
using Row = TextTable::Row;

const std::string unknown = "-";

std::string text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value && value->is_string() && !value->get_string().empty()) return std::string(value->get_string());
    return unknown;
}

std::optional<double> number(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (!value || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

const json::object& object(const json::object& parent, std::string_view name) {
    static const json::object none;
    const json::value* value = parent.if_contains(name);
    return value && value->is_object() ? value->get_object() : none;
}

std::vector<json::object> objects(const json::object& parent, std::string_view name) {
    std::vector<json::object> all;
    const json::value* value = parent.if_contains(name);
    if (!value || !value->is_array()) return all;
    for (const json::value& one : value->get_array())
        if (one.is_object()) all.push_back(one.get_object());
    return all;
}

/// "12s", "5m", "3h 12m", "4d 2h"
std::string span(double seconds) {
    constexpr long minute = 60;
    constexpr long hour = 60 * minute;
    constexpr long day = 24 * hour;
    const long whole = std::lround(std::max(0.0, seconds));
    if (whole < minute) return std::to_string(whole) + "s";
    if (whole < hour) return std::to_string(whole / minute) + "m";
    if (whole < day) return std::to_string(whole / hour) + "h " + std::to_string(whole % hour / minute) + "m";
    return std::to_string(whole / day) + "d " + std::to_string(whole % day / hour) + "h";
}

std::optional<double> seconds_since(const json::object& object, std::string_view name, UtcTime now) {
    const auto time = parse_rfc3339(text(object, name));
    if (!time) return std::nullopt;
    return std::chrono::duration<double>(now - *time).count();
}

std::string age(const json::object& object, std::string_view name, UtcTime now) {
    const auto seconds = seconds_since(object, name, now);
    return seconds ? span(*seconds) : unknown;
}

/// "12m ago: disk full"
std::string trouble(const json::object& trouble, UtcTime now) {
    if (trouble.empty()) return unknown;
    const std::string what = text(trouble, "what");
    return age(trouble, "since", now) + " ago: " + (what == unknown ? text(trouble, "reason") : what);
}

/// "sink_unavailable 12m"
std::string reason(const json::object& trouble, UtcTime now) {
    return trouble.empty() ? unknown : text(trouble, "reason") + " " + age(trouble, "since", now);
}

std::string rate(const json::object& route) {
    const auto rate = number(route, "events_per_second");
    std::array<char, 32> shown{};
    if (rate) std::snprintf(shown.data(), shown.size(), "%.1f", *rate);
    return rate ? shown.data() : unknown;
}

std::string lag(const json::object& route) {
    const auto seconds = number(route, "lag_seconds");
    return seconds ? span(*seconds) : unknown;
}

std::string token(const json::object& tenant, UtcTime now) {
    const auto since = seconds_since(tenant, "token_expires_at", now);
    if (!since) return unknown;
    return *since < 0 ? span(-*since) + " left" : "expired";
}

std::string whole_number(const json::object& object, std::string_view name) {
    const auto value = number(object, name);
    return value ? std::to_string(std::llround(*value)) : unknown;
}

Colour colour_of(const std::string& state) {
    if (state == "running") return Colour::good;
    if (state == "waiting") return Colour::warning;
    return state == "stalled" ? Colour::bad : Colour::none;
}

int urgency(const json::object& route) {
    const std::string state = text(route, "state");
    constexpr std::array<std::string_view, 4> by_urgency{"stalled", "waiting", "starting", "running"};
    return static_cast<int>(std::ranges::find(by_urgency, state) - by_urgency.begin());
}

Row headings(std::initializer_list<const char*> names) {
    Row row;
    for (const char* name : names) row.emplace_back(name, Colour::heading);
    return row;
}

std::string routes_table(const json::object& status, UtcTime now, TableStyle style) {
    std::vector<json::object> routes = objects(status, "routes");
    std::ranges::sort(routes, {}, [](const json::object& route) {
        return std::tuple(urgency(route), text(route, "tenant"), text(route, "sink"));
    });
    TextTable table(headings({"TENANT", "SINK", "STATE", "REASON", "LAG", "EVENTS/S", "NEWEST", "LAST ERROR"}));
    for (const json::object& route : routes) {
        const std::string state = text(route, "state");
        const json::object& why = object(route, "trouble");
        table.add({text(route, "tenant"),
                   text(route, "sink"),
                   {state, colour_of(state)},
                   {reason(why, now), why.empty() ? Colour::none : colour_of(state)},
                   lag(route),
                   rate(route),
                   age(route, "newest_published", now),
                   trouble(object(route, "last_error"), now)});
    }
    return table.text(style.width, style.colours);
}

std::string tenants_table(const json::object& status, UtcTime now, TableStyle style) {
    TextTable table(headings({"TENANT", "TOKEN", "REQUESTS LEFT", "LAST ANSWER", "TROUBLE"}));
    for (const json::object& tenant : objects(status, "tenants"))
        table.add({text(tenant, "name"), token(tenant, now), whole_number(tenant, "rate_limit_remaining"),
                   age(tenant, "answered_at", now), reason(object(tenant, "trouble"), now)});
    return table.text(style.width, style.colours);
}

}  // namespace

std::string status_table(const json::object& status, UtcTime now, TableStyle style) {
    const json::object& daemon = object(status, "daemon");
    const std::string instance = text(daemon, "instance");
    const std::string up = span(number(daemon, "uptime_seconds").value_or(0));
    const std::string head = "oktail " + text(daemon, "version") + (instance == unknown ? "" : " on " + instance) + ", up " +
                             up + ": " + text(status, "summary");
    std::string all = cut(head, style.width) + "\n";
    if (!objects(status, "routes").empty()) all += "\n" + routes_table(status, now, style);
    if (!objects(status, "tenants").empty()) all += "\n" + tenants_table(status, now, style);
    return all;
}

}  // namespace oktail
