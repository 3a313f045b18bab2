#include "format/event_tree.hpp"

#include "format/lone_surrogates.hpp"

#include <boost/json/parse.hpp>

namespace oktail {
namespace {

namespace json = boost::json;

constexpr std::size_t most_depth = 64;

std::string_view text_in(const json::value* value) noexcept {
    const json::string* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

/// null if it is no JSON.
json::value parse(std::string_view text, json::monotonic_resource& memory, json::error_code& error) {
    json::parse_options options;
    options.max_depth = most_depth;
    return json::parse(text, error, &memory, options);
}

}  // namespace

EventTree::EventTree(std::string_view text) : memory_(stack_, sizeof stack_), root_(json::storage_ptr(&memory_)) {
    json::error_code error;
    root_ = parse(text, memory_, error);
    if (!error) return;
    if (const auto mended = without_lone_surrogates(text)) root_ = parse(*mended, memory_, error);
}

const json::value* EventTree::find(Path path) const noexcept {
    const json::value* at = &root_;
    for (const std::string_view name : path) {
        const json::object* object = at->if_object();
        at = object ? object->if_contains(name) : nullptr;
        if (!at) return nullptr;
    }
    return at;
}

std::string_view EventTree::text(Path path) const noexcept { return text_in(find(path)); }

std::string_view text_of(const json::value& in, std::string_view name) noexcept {
    const json::object* object = in.if_object();
    return object ? text_in(object->if_contains(name)) : std::string_view();
}

}  // namespace oktail
