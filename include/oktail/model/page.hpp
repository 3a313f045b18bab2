#pragma once

#include <oktail/core/buffer.hpp>
#include <oktail/core/byte_budget.hpp>
#include <oktail/model/cursor.hpp>
#include <oktail/model/event.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace oktail {

/// One answer of Okta: the decompressed body, where each event lies in it, and where to go next.
/// Immutable once it is shared by all routes of the tenant, safe to read from any thread.
class Page {
public:
    Page(Buffer body, std::vector<EventSlice> events, Cursor next, UtcTime fetched_at, ByteBudget::Reservation memory = {},
         Buffer packed = {});

    /// Ends it behind the first `events` events, before anybody else has it: what follows them is fetched from `next`.
    void end_behind(std::size_t events, Cursor next);

    std::size_t size() const noexcept { return events_.size(); }
    bool empty() const noexcept { return events_.empty(); }
    /// The event's JSON exactly as Okta sent it (a line break between tokens is a space); valid as long as the page lives.
    /// One byte more may be read: a line feed, unless the next event begins there. A page as Okta sends it, with a comma
    /// between two events, so holds the lines that most sinks write.
    std::string_view event(std::size_t i) const { return body_.view().substr(events_[i].offset, events_[i].size); }
    const EventSlice& slice(std::size_t i) const { return events_[i]; }
    const Cursor& next() const noexcept { return next_; }
    /// It is full: more lies behind it, by all that is known. Set before it is shared.
    bool has_more() const noexcept { return has_more_; }
    void set_has_more(bool more) noexcept { has_more_ = more; }
    /// Okta's clock when it answered. An empty page means: nothing newer than `next` at this time.
    UtcTime fetched_at() const noexcept { return fetched_at_; }
    /// The answer as it came, gzip; empty if it was not packed or is not kept. Unpacked it is what the events were cut from:
    /// with line breaks between tokens still there, and whatever stood between two events.
    std::string_view packed() const noexcept { return packed_.view(); }
    /// Where the first event begins in the unpacked answer.
    std::size_t first_offset() const noexcept { return events_.empty() ? 0 : events_.front().offset; }
    /// Bytes it holds in memory.
    std::size_t bytes() const noexcept {
        return body_.capacity() + packed_.capacity() + events_.capacity() * sizeof(EventSlice);
    }

private:
    Buffer body_;
    std::vector<EventSlice> events_;
    Cursor next_;
    UtcTime fetched_at_;
    ByteBudget::Reservation memory_;
    Buffer packed_;
    bool has_more_ = false;
};

using PagePtr = std::shared_ptr<const Page>;

}  // namespace oktail
