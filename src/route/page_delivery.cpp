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
    const Selection chosen = select(page, at, filter_, max_event_);
    const Batch& batch = chosen.batch;
    if (chosen.known != 0) happenings_.duplicates_dropped(scope_, chosen.known);
    for (const std::uint32_t event : chosen.oversized) {
        const Waited waited = co_await set_aside(page, event, "larger than max_event", stop);
        if (waited != Waited::again) co_return interrupted(waited, at, batch, 0);
    }
    for (const std::uint32_t event : chosen.malformed) {
        const Waited waited = co_await set_aside(page, event, "not JSON in UTF-8", stop);
        if (waited != Waited::again) co_return interrupted(waited, at, batch, 0);
    }

    const Checkpoint after = after_page(at, *page, batch);
    if (batch.empty())
        co_return Delivered(chosen.oversized.empty() && chosen.malformed.empty() ? Step::nothing : Step::whole, after);

    bool saved = false;
    for (std::size_t done = 0; done < batch.size();) {
        happenings_.route_does(scope_, Activity::writing);
        const WriteOutcome outcome = co_await writer_.write(batch, done, after);
        done += outcome.durable;
        saved = outcome.checkpointed;
        if (!outcome.error) continue;
        if (outcome.error->kind() == ErrorKind::fatal) co_return *outcome.error;
        Waited waited{};
        if (outcome.error->kind() == ErrorKind::rejected) {
            waited = co_await set_aside(page, batch.index(done), outcome.error->what(), stop);
            if (waited == Waited::again) ++done;
        } else {
            waited = co_await wait_to_retry(*outcome.error, stop);
        }
        if (waited != Waited::again) co_return interrupted(waited, at, batch, done);
    }
    backoff_.reset();
    note(batch);
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

Delivered PageDelivery::interrupted(Waited why, const Checkpoint& at, const Batch& batch, std::size_t done) const {
    Checkpoint within = done == 0 ? at : within_page(at, batch, done);
    if (why == Waited::stopped) return Delivered(Delivered::Step::stopped, std::move(within));
    return Delivered(Delivered::Step::let_go, std::move(within), false, next_wait_);
}

void PageDelivery::note(const Batch& delivered) {
    std::size_t bytes = 0;
    UtcTime newest{};
    for (std::size_t i = 0; i < delivered.size(); ++i) {
        bytes += delivered.slice(i).size;
        newest = std::max(newest, delivered.slice(i).published);
    }
    happenings_.page_delivered(scope_, delivered.size(), bytes, newest);
}

}  // namespace oktail
