#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/okta/page_source.hpp>
#include <oktail/state/checkpoint_store.hpp>

#include "core/backoff.hpp"
#include "route/link_circle.hpp"
#include "route/page_delivery.hpp"

#include <stop_token>

namespace oktail {

/// One tenant into one sink, from a checkpoint on, for ever: fetch, write until it is safe there, save the checkpoint.
/// Lives on the tenant's shard; what is referred to outlives it.
class Route {
public:
    Route(RouteId id, PageSource& source, PageDelivery& delivery, CheckpointStore& checkpoints, Clock& clock,
          Happenings& happenings);

    /// Returns when it cannot go on: stopped (the checkpoint is saved), unauthorized, rejected, transient (a stop
    /// came while the checkpoint could not be saved) or fatal.
    asio::awaitable<Result<void>> run(Checkpoint at, std::stop_token stop);

private:
    asio::awaitable<Result<void>> wait_for_a_way_out(Cursor from, std::stop_token stop);
    bool told_of_loss(const Checkpoint& at, UtcTime okta_now);
    asio::awaitable<Result<Checkpoint>> find_place_again(Checkpoint at, Error why, std::stop_token stop);
    asio::awaitable<Result<void>> settle(const Delivered& done, std::stop_token stop);
    asio::awaitable<Result<void>> save(Checkpoint at, std::stop_token stop);
    asio::awaitable<Result<void>> ended(Error why, Checkpoint at, std::stop_token stop);

    RouteId id_;
    log::Scope scope_;
    PageSource& source_;
    PageDelivery& delivery_;
    CheckpointStore& checkpoints_;
    Clock& clock_;
    Happenings& happenings_;
    bool told_of_loss_ = false;
    LinkCircle circle_;
    Backoff circle_backoff_;
    Backoff save_backoff_;
    bool unsaved_ = false;
    SteadyTime saved_at_{};
};

}  // namespace oktail
