#pragma once

#include <oktail/okta/page_source.hpp>

#include "core/event_flag.hpp"
#include "support/step_fuse.hpp"

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// An event that only has an id: number n.
inline std::string numbered_event(int n) {
    char out[96];
    const int size = std::snprintf(out, sizeof out, R"({"uuid":"00000000-0000-4000-8000-%012d","eventType":"n%d"})", n, n);
    return {out, static_cast<std::size_t>(size)};
}

/// A page of whole events; `published`: of each, or of none.
inline PagePtr page_of(const std::vector<std::string>& events, Cursor next, UtcTime fetched_at = {},
                       const std::vector<UtcTime>& published = {}) {
    std::string body = "[";
    std::vector<EventSlice> slices;
    for (const std::string& event : events) {
        if (body.size() > 1) body += ',';
        const auto from = event.find("\"uuid\":\"");
        EventSlice slice;
        slice.offset = static_cast<std::uint32_t>(body.size());
        slice.size = static_cast<std::uint32_t>(event.size());
        slice.id = event_id(from == std::string::npos ? "" : std::string_view(event).substr(from + 8, 36), event);
        if (!published.empty()) slice.published = published.at(slices.size());
        slices.push_back(slice);
        body += event;
    }
    body += ']';
    return std::make_shared<const Page>(Buffer::copy_of(body), std::move(slices), std::move(next), fetched_at);
}

/// An org's log of numbered events, in pages. A cursor is "/n", the number of events before it.
class FakeSource : public PageSource {
public:
    FakeSource(int events, int page_size, StepFuse& fuse) : events_(events), page_size_(page_size), fuse_(fuse) {}

    asio::awaitable<Result<PagePtr>> fetch(Cursor from, std::stop_token stop) override {
        ++fetches;
        asked.push_back(from.target());
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped");
        if (from.target() == lost_cursor) co_return Error(ErrorKind::cursor_lost, "no such cursor");
        if (const auto error = fuse_.enter()) co_return Error(ErrorKind::unauthorized, error->what());
        const int position = std::stoi(from.target().substr(1));
        if (position >= events_ && empty_pages > 0) {
            --empty_pages;
            on_empty();
            co_return page_of({}, from, now);
        }
        if (position >= events_) {
            on_caught_up();
            while (!stop.stop_requested()) co_await more_.wait(stop);
            co_return Error(ErrorKind::stopped, "stopped");
        }
        std::vector<std::string> page;
        std::vector<UtcTime> times;
        int at = position;
        for (; at < events_ && at - position < page_size_; ++at) {
            page.push_back(numbered_event(at));
            times.push_back(published(at));
            if (at == large) page.back().insert(page.back().size() - 1, R"(,"x":1)");
        }
        fuse_.leave();
        on_page();
        if (at == circle_end) at = circle_begin;
        co_return page_of(page, Cursor("/" + std::to_string(at)), now, times);
    }
    Cursor begin(UtcTime since, const Query&) const override {
        begun.push_back(since);
        return Cursor(beginning);
    }
    asio::awaitable<Result<UtcTime>> okta_now(std::stop_token) override { co_return now; }
    Cursor head() const override { return {}; }

    void grow(int events) {
        events_ += events;
        more_.notify();
    }

    std::function<void()> on_caught_up = [this] { fuse_.stop(); };
    std::string lost_cursor;       ///< Okta refuses this one
    std::string beginning = "/0";  ///< what begin() leads to
    int circle_end = -1;           ///< the link that should lead here leads back to circle_begin
    int circle_begin = 0;
    int large = -1;       ///< this event is longer than the others
    int empty_pages = 0;  ///< so many empty pages when caught up, before it waits for events
    std::function<UtcTime(int)> published = [](int) { return UtcTime(); };
    std::function<void()> on_empty = [] {};
    std::function<void()> on_page = [] {};
    UtcTime now{std::chrono::seconds(1'767'225'600)};
    int fetches = 0;
    std::vector<std::string> asked;
    mutable std::vector<UtcTime> begun;

private:
    int events_;
    int page_size_;
    StepFuse& fuse_;
    EventFlag more_;
};

}  // namespace oktail
