#include "route/dead_letter.hpp"

#include "core/time_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace oktail {
namespace {

namespace json = boost::json;

std::optional<std::string_view> text_in(const json::object& letter, const char* name) {
    const json::value* found = letter.if_contains(name);
    const json::string* text = found ? found->if_string() : nullptr;
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

std::string dead_letter_line(const DeadLetter& letter) {
    // Boost.JSON escapes quotes and controls; bytes that are no UTF-8 stay as they are, so nothing of the event is lost.
    std::string line = "{\"time\":\"" + rfc3339(letter.time) + "\",\"reason\":";
    line += json::serialize(json::string_view(letter.reason));
    line += ",\"event\":";
    line += json::serialize(json::string_view(letter.event));
    line += "}\n";
    return line;
}

std::optional<DeadLetter> parse_dead_letter(std::string_view line) {
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error, {}, options);
    const json::object* letter = error ? nullptr : value.if_object();
    if (!letter) return std::nullopt;
    const auto time = text_in(*letter, "time");
    const auto reason = text_in(*letter, "reason");
    const auto event = text_in(*letter, "event");
    const auto when = time ? parse_rfc3339(*time) : std::nullopt;
    if (!when || !reason || !event) return std::nullopt;
    return DeadLetter(*when, std::string(*reason), std::string(*event));
}

}  // namespace oktail
