#pragma once

#include <oktail/core/buffer.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/event.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace oktail {

/// Okta puts 1,000 on a page at most ("limit"). A body of nothing but empty objects would hold millions, each of them costing
/// more memory than its bytes.
inline constexpr std::size_t most_events_taken = 10'000;

/// Cuts a page, a JSON array of objects, into its events. Holds a parser's memory (some 6 bytes per byte of the largest page,
/// most of it untouched): one per thread, not per tenant.
class PageSlicer {
public:
    PageSlicer();
    PageSlicer(PageSlicer&&) noexcept;
    PageSlicer& operator=(PageSlicer&&) noexcept;
    ~PageSlicer();

    /// Where each event lies in `body`, in Okta's order. A line break between tokens of an event becomes a space, so that an
    /// event is a line; nothing else is changed. An event that is not JSON or not UTF-8 stays in the page, marked, as long as
    /// its braces and quotes show where it ends. Errors: transient (no array, cut off, holds something other than objects, or
    /// more than most_events_taken).
    Result<std::vector<EventSlice>> slice(Buffer& body);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace oktail
