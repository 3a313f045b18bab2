#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace oktail {

/// An event, or another object, taken apart for the time of a call: it lies on the stack unless it is a large one.
class EventTree {
public:
    explicit EventTree(std::string_view text);
    EventTree(const EventTree&) = delete;
    EventTree& operator=(const EventTree&) = delete;

    /// false: it is no JSON object, not UTF-8, or nested more than 64 deep; then nothing is found in it.
    bool is_object() const noexcept { return root_.is_object(); }

    using Path = std::initializer_list<std::string_view>;
    /// What lies at the end of the path of names; nullptr if it ends earlier. Of repeated names the last counts.
    const boost::json::value* find(Path path) const noexcept;
    /// The text there; empty if there is none or it is something else.
    std::string_view text(Path path) const noexcept;

private:
    unsigned char stack_[16 * 1024];  // events of 2 kB fit, and so take nothing from the heap
    boost::json::monotonic_resource memory_;
    boost::json::value root_;
};

/// The text of the member of that name; empty if `in` is no object, has none, or it is something else.
std::string_view text_of(const boost::json::value& in, std::string_view name) noexcept;

}  // namespace oktail
