#include "app/checkpoint_text.hpp"

#include "core/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace oktail {
namespace {

namespace json = boost::json;

constexpr int export_version = 1;

std::string uuid_text(const Uuid& id) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : id.bytes) {
        if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) text += '-';
        text += hex[byte >> 4];
        text += hex[byte & 15];
    }
    return text;
}

json::array uuids_json(const std::vector<Uuid>& ids) {
    json::array all;
    for (const Uuid& id : ids) all.emplace_back(uuid_text(id));
    return all;
}

/// Times begin at the epoch, and no event is that old.
bool is_time(UtcTime time) { return time > UtcTime(); }
std::string time_text(UtcTime time) { return is_time(time) ? rfc3339(time) : "-"; }
json::value time_json(UtcTime time) { return is_time(time) ? json::value(rfc3339(time)) : json::value(); }

/// A route that has delivered nothing yet knows where it begins.
std::string newest_text(const Checkpoint& at) { return (at.tail.empty() ? "begins at " : "") + time_text(at.newest_published); }

std::string cursor_text(const Cursor& cursor, CursorText how) {
    constexpr std::string_view token = "after=";
    std::string text = cursor.target();
    const auto begin = text.find(token);
    if (how == CursorText::clear || begin == std::string::npos) return text;
    const auto value = begin + token.size();
    return text.replace(value, std::min(text.find('&', value), text.size()) - value, "(hidden)");
}

std::string line(std::string name, const std::string& value) {
    name.resize(14, ' ');
    return name + value + '\n';
}

json::object summary(const RouteId& route, const Checkpoint& at) {
    json::object one;
    one["tenant"] = route.tenant();
    one["sink"] = route.sink();
    one["newest_published"] = time_json(at.newest_published);
    one["caught_up_at"] = time_json(at.caught_up_at);
    one["seq"] = at.seq;
    return one;
}

json::object everything(const RouteId& route, const Checkpoint& at, CursorText cursor) {
    json::object one = summary(route, at);
    one["origin"] = at.query.origin();
    one["filter"] = at.query.filter();
    one["next"] = cursor_text(at.next, cursor);
    one["partial"] = uuids_json(at.partial);
    one["tail"] = uuids_json(at.tail);
    return one;
}

}  // namespace

std::string checkpoint_table(const Checkpoints& all) {
    using Line = std::array<std::string, 5>;
    std::vector<Line> lines{{"TENANT", "SINK", "NEWEST EVENT", "CAUGHT UP AT", "SEQ"}};
    for (const auto& [route, at] : all)
        lines.push_back({route.tenant(), route.sink(), newest_text(at), time_text(at.caught_up_at), std::to_string(at.seq)});
    std::array<std::size_t, 5> widths{};
    for (const Line& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());

    std::string table;
    for (Line& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
            line[i].resize(widths[i] + 2, ' ');
            table += line[i];
        }
        table += line.back() + '\n';
    }
    return table;
}

std::string checkpoint_details(const RouteId& route, const Checkpoint& at, CursorText cursor) {
    return line("tenant", route.tenant()) + line("sink", route.sink()) + line("origin", at.query.origin()) +
           line("filter", at.query.filter().empty() ? "none: all events" : at.query.filter()) +
           line("next page", cursor_text(at.next, cursor)) + line("newest event", newest_text(at)) +
           line("caught up at", time_text(at.caught_up_at)) + line("seq", std::to_string(at.seq)) +
           line("partial", std::to_string(at.partial.size()) + " events of the next page are safe") +
           line("tail", std::to_string(at.tail.size()) + " events remembered, to drop repeats");
}

std::string checkpoint_list_json(const Checkpoints& all) {
    json::array list;
    for (const auto& [route, at] : all) list.push_back(summary(route, at));
    return json::serialize(list);
}

std::string checkpoint_json(const RouteId& route, const Checkpoint& at, CursorText cursor) {
    return json::serialize(everything(route, at, cursor));
}

std::string checkpoint_export_json(const Checkpoints& all) {
    json::array list;
    for (const auto& [route, at] : all) list.push_back(everything(route, at, CursorText::clear));
    json::object whole;
    whole["version"] = export_version;
    whole["checkpoints"] = std::move(list);
    return json::serialize(whole);
}

}  // namespace oktail
