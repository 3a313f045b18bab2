#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>
#include <oktail/sink/sink.hpp>

#include "core/backoff.hpp"
#include "core/log.hpp"
#include "metrics/happenings.hpp"
#include "route/checkpoint_steps.hpp"
#include "route/dead_letters.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace oktail {

/// What became of a page.
class Delivered {
public:
    enum class Step : std::uint8_t {
        whole,    ///< every event is safe, or is a dead letter
        nothing,  ///< there was nothing to deliver: `at` has moved, and need not be saved at once
        let_go,   ///< the sink is in trouble for longer: fetch the page again after `wait`
        stopped,  ///< asked to stop between two tries
    };

    Delivered() = default;
    Delivered(Step step, Checkpoint at, bool saved = false, std::chrono::milliseconds wait = {})
        : step(step), at(std::move(at)), saved(saved), wait(wait) {}

    /// The route stands behind the page now.
    bool is_past_page() const noexcept { return step == Step::whole || step == Step::nothing; }

    Step step = Step::whole;
    Checkpoint at;
    bool saved = false;  ///< by the sink, together with the events
    std::chrono::milliseconds wait{};
};

/// Brings pages to one sink: drops what is known, writes, resumes, retries, and sets aside what will never be taken.
class PageDelivery {
public:
    /// What is referred to outlives it.
    PageDelivery(RouteId route, EventFilter filter, std::size_t max_event, SinkWriter& writer, DeadLetters& dead_letters,
                 Clock& clock, Happenings& happenings);

    /// Errors: fatal, and nothing else. A stop ends the waits between tries, never a write.
    asio::awaitable<Result<Delivered>> deliver(PagePtr page, Checkpoint at, std::stop_token stop);

private:
    enum class Waited : std::uint8_t { again, let_go, stopped };

    asio::awaitable<Waited> wait_to_retry(Error why, std::stop_token stop);
    asio::awaitable<Waited> set_aside(PagePtr page, std::size_t event, std::string reason, std::stop_token stop);
    Delivered interrupted(Waited why, const Checkpoint& at, const Page& page, const std::vector<std::uint32_t>& safe,
                          std::size_t passed_over);
    void note_delivered(const Batch& batch, std::size_t first, std::size_t end);

    RouteId id_;
    log::Scope scope_;
    EventFilter filter_;
    std::size_t max_event_;
    SinkWriter& writer_;
    DeadLetters& dead_letters_;
    Clock& clock_;
    Happenings& happenings_;
    Backoff backoff_;
    std::chrono::milliseconds next_wait_{};
};

}  // namespace oktail
