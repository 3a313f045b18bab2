#pragma once

#include "core/handover.hpp"
#include "route/replay.hpp"

#include <memory>
#include <utility>

namespace oktail {

/// The wish to have a route's dead letters offered again, and whoever waits for the outcome. A route that ends before it came
/// to it lets the order go, which answers too.
class ReplayOrder {
public:
    using Answer = Handover<Replayed>;

    explicit ReplayOrder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
    ReplayOrder(const ReplayOrder&) = delete;
    ReplayOrder& operator=(const ReplayOrder&) = delete;
    ~ReplayOrder() {
        Replayed nothing;
        nothing.ended = Error(ErrorKind::stopped, "the route was stopped");
        if (answer_) fulfil(std::move(nothing));
    }

    /// Once; any thread.
    void fulfil(Replayed what) { Answer::give(std::exchange(answer_, nullptr), std::move(what)); }

private:
    std::shared_ptr<Answer> answer_;
};

}  // namespace oktail
