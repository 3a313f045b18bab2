#include "okta/page_slicer.hpp"

#include "model/event_fields.hpp"
#include "model/json_scan.hpp"
#include "okta/byte_slicer.hpp"
#include "okta/json_check.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace oktail {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t smallest_parser = 64 * 1024;
/// A parser that had to grow above this is given back after the page.
constexpr std::size_t largest_parser_kept = 16 * 1024 * 1024;

/// The fields a route looks at, as they stand between their quotes.
struct Fields {
    std::string_view uuid;
    std::string_view published;
};

/// simdjson's tokens carry the white space that follows them.
std::string_view without_trailing_space(std::string_view token) {
    while (!token.empty() && json_scan::is_space(token.back())) token.remove_suffix(1);
    return token;
}

std::string_view between_quotes(std::string_view token) {
    token = without_trailing_space(token);
    if (token.size() < 2 || token.front() != '"' || token.back() != '"') return {};
    return token.substr(1, token.size() - 2);
}

/// false: simdjson refuses.
bool read_fields(ondemand::object& object, Fields& fields) {
    bool uuid_seen = false;
    bool published_seen = false;
    for (auto entry : object) {
        ondemand::field field;
        if (std::move(entry).get(field)) return false;
        const ondemand::raw_json_string key = field.key();
        if (!uuid_seen && key == "uuid") {
            fields.uuid = between_quotes(field.value().raw_json_token());
            uuid_seen = true;
        } else if (!published_seen && key == "published") {
            fields.published = between_quotes(field.value().raw_json_token());
            published_seen = true;
        }
        if (uuid_seen && published_seen) break;
    }
    return true;
}

/// Between tokens only: the caller knows that no string holds one.
void replace_line_breaks(char* text, std::size_t size) {
    for (const char line_break : {'\n', '\r'}) {
        char* const end = text + size;
        for (char* at = text; (at = static_cast<char*>(std::memchr(at, line_break, end - at))) != nullptr;) *at++ = ' ';
    }
}

EventSlice describe(Buffer& body, std::string_view event, const Fields& fields, bool well_formed) {
    EventSlice slice;
    slice.offset = static_cast<std::uint32_t>(event.data() - body.data());
    slice.size = static_cast<std::uint32_t>(event.size());
    if (well_formed) replace_line_breaks(body.data() + slice.offset, slice.size);
    slice.id = event_id(fields.uuid, event);
    slice.published = event_time(fields.published);
    slice.well_formed = well_formed;
    return slice;
}

/// false: simdjson refuses the page.
bool slice_by_simdjson(ondemand::parser& parser, Buffer& body, std::vector<EventSlice>& events) {
    ondemand::document document;
    ondemand::array array;
    if (parser.iterate(body.data(), body.size(), body.capacity() + Buffer::padding).get(document)) return false;
    if (document.get_array().get(array)) return false;
    for (auto element : array) {
        if (events.size() == most_events_taken) return false;
        ondemand::object object;
        Fields fields;
        std::string_view event;
        if (element.get_object().get(object) || !read_fields(object, fields) || object.raw_json().get(event)) return false;
        event = without_trailing_space(event);
        if (event.back() != '}') return false;  // simdjson counts brackets without looking which
        events.push_back(describe(body, event, fields, true));
    }
    // Anything behind the array is none of simdjson's business; it is ours.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

/// What simdjson refuses as a whole is mostly one bad byte in one event: the others must not suffer for it.
Result<std::vector<EventSlice>> slice_one_by_one(Buffer& body) {
    const auto elements = slice_by_bytes(body.view(), most_events_taken);
    if (!elements) return elements.error();
    std::vector<EventSlice> events;
    events.reserve(elements->size());
    for (const std::string_view event : *elements) {
        Fields fields;
        fields.uuid = string_field(event, "uuid");
        fields.published = string_field(event, "published");
        events.push_back(describe(body, event, fields, is_json(event)));
    }
    return events;
}

}  // namespace

struct PageSlicer::Parser {
    ondemand::parser parser;
};

PageSlicer::PageSlicer() : parser_(std::make_unique<Parser>()) {}
PageSlicer::PageSlicer(PageSlicer&&) noexcept = default;
PageSlicer& PageSlicer::operator=(PageSlicer&&) noexcept = default;
PageSlicer::~PageSlicer() = default;

Result<std::vector<EventSlice>> PageSlicer::slice(Buffer& body) {
    if (body.size() > std::numeric_limits<std::uint32_t>::max()) return Error(ErrorKind::transient, "the page exceeds 4 GiB");
    ondemand::parser& parser = parser_->parser;
    // Grown in powers of two: left alone it would move for every page a little larger than all before.
    if (parser.capacity() < body.size() &&
        parser.allocate(std::min(parser.max_capacity(), std::bit_ceil(std::max(body.size(), smallest_parser)))))
        return Error(ErrorKind::transient, "no memory to parse the page");

    std::vector<EventSlice> events;
    const bool sliced = slice_by_simdjson(parser, body, events);
    if (parser.capacity() > largest_parser_kept) parser_ = std::make_unique<Parser>();
    if (sliced) return events;
    return slice_one_by_one(body);
}

}  // namespace oktail
