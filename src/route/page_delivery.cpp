#include "route/page_delivery.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::chrono::milliseconds first_wait{250};
constexpr std::chrono::milliseconds longest_wait{60'000};
/// A page is not held in memory through a longer wait than this.
constexpr std::chrono::milliseconds longest_hold{5'000};

}  // namespace

PageDelivery::PageDelivery(RouteId route, EventFilter filter, std::size_t max_event, SinkWriter& writer,
                           DeadLetters& dead_letters, Clock& clock, Happenings& happenings)
    : id_(std::move(route)), scope_(id_.tenant(), id_.sink()), filter_(std::move(filter)), max_event_(max_event),
      writer_(writer), dead_letters_(dead_letters), clock_(clock), happenings_(happenings),
      backoff_(first_wait, longest_wait, std::hash<std::string>()(id_.tenant() + '\n' + id_.sink())) {}

asio::awaitable<Result<Delivered>> PageDelivery::deliver(PagePtr page, Checkpoint at, std::stop_token stop) {
    using Step = Delivered::Step;
    const Selection chosen = select(page, at, filter_, std::min(max_event_, writer_.largest_event()));
    const Batch& batch = chosen.batch;
    happenings_.page_taken(scope_, page->size(), chosen.filtered);
    if (chosen.known != 0) happenings_.duplicates_dropped(scope_, chosen.known);
    const std::size_t passed_over = chosen.known + chosen.filtered;
    std::vector<std::uint32_t> safe;  // so far, by their place on the page
    for (const std::uint32_t event : chosen.oversized) {
        const Waited waited = co_await set_aside(
            page, event, page->slice(event).size > max_event_ ? "larger than max_event" : "larger than the sink takes", stop);
        if (waited != Waited::again) co_return interrupted(waited, at, *page, safe, passed_over);
        safe.push_back(event);
    }
    for (const std::uint32_t event : chosen.malformed) {
        const Waited waited = co_await set_aside(page, event, "not JSON in UTF-8", stop);
        if (waited != Waited::again) co_return interrupted(waited, at, *page, safe, passed_over);
        safe.push_back(event);
    }

    const Checkpoint after = after_page(at, *page, chosen.known);
    if (batch.empty()) co_return Delivered(safe.empty() ? Step::nothing : Step::whole, after);

    bool saved = false;
    for (std::size_t done = 0; done < batch.size();) {
        happenings_.route_does(scope_, Activity::writing);
        const WriteOutcome outcome = co_await writer_.write(batch, done, after);
        note_delivered(batch, done, done + outcome.durable);
        done += outcome.durable;
        saved = outcome.checkpointed;
        if (!outcome.error) continue;
        const ErrorKind kind = outcome.error->kind();
        if (kind == ErrorKind::fatal || kind == ErrorKind::stopped) co_return *outcome.error;
        Waited waited{};
        if (outcome.error->kind() == ErrorKind::rejected) {
            waited = co_await set_aside(page, batch.index(done), outcome.error->what(), stop);
            if (waited == Waited::again) ++done;
        } else {
            waited = co_await wait_to_retry(*outcome.error, stop);
        }
        if (waited == Waited::again) continue;
        for (std::size_t i = 0; i < done; ++i) safe.push_back(static_cast<std::uint32_t>(batch.index(i)));
        co_return interrupted(waited, at, *page, safe, passed_over);
    }
    backoff_.reset();
    co_return Delivered(Step::whole, after, saved);
}

/// Waits before another try; a wait too long to hold a page is left to the caller.
asio::awaitable<PageDelivery::Waited> PageDelivery::wait_to_retry(Error why, std::stop_token stop) {
    next_wait_ = backoff_.next();
    happenings_.write_failed(scope_, why, next_wait_);
    if (stop.stop_requested()) co_return Waited::stopped;
    if (next_wait_ > longest_hold) co_return Waited::let_go;
    co_await clock_.sleep_for(next_wait_, stop);
    co_return stop.stop_requested() ? Waited::stopped : Waited::again;
}

asio::awaitable<PageDelivery::Waited> PageDelivery::set_aside(PagePtr page, std::size_t event, std::string reason,
                                                              std::stop_token stop) {
    for (;;) {
        happenings_.route_does(scope_, Activity::setting_aside);
        const auto kept = co_await dead_letters_.add(id_, reason, std::string(page->event(event)));
        if (kept) break;
        const Waited waited = co_await wait_to_retry(kept.error(), stop);
        if (waited != Waited::again) co_return waited;
    }
    happenings_.dead_letter(scope_, reason);
    co_return Waited::again;
}

/// `safe` is remembered; what is neither safe nor passed over comes again.
Delivered PageDelivery::interrupted(Waited why, const Checkpoint& at, const Page& page, const std::vector<std::uint32_t>& safe,
                                    std::size_t passed_over) {
    happenings_.page_let_go(scope_, page.size() - safe.size() - passed_over);
    Checkpoint within = safe.empty() ? at : within_page(at, page, safe);
    if (why == Waited::stopped) return Delivered(Delivered::Step::stopped, std::move(within));
    return Delivered(Delivered::Step::let_go, std::move(within), false, next_wait_);
}

void PageDelivery::note_delivered(const Batch& batch, std::size_t first, std::size_t end) {
    if (first == end) return;
    std::size_t bytes = 0;
    UtcTime newest{};
    for (std::size_t i = first; i < end; ++i) {
        bytes += batch.slice(i).size;
        newest = std::max(newest, batch.slice(i).published);
    }
    happenings_.events_delivered(scope_, end - first, bytes, newest);
}

}  // namespace oktail
