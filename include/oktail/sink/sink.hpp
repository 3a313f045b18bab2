#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>
#include <oktail/model/page.hpp>
#include <oktail/state/checkpoint_store.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// A tenant's labels, as configured.
using Labels = std::map<std::string, std::string>;

/// What a sink may say about a route's tenant, besides its name.
class TenantProfile {
public:
    TenantProfile() = default;
    explicit TenantProfile(std::string domain, Labels labels = {}) : domain(std::move(domain)), labels(std::move(labels)) {}

    std::string domain;  ///< of the org: "acme.okta.com"
    Labels labels;
};

/// The events of a page that a route delivers: all of them, or those left after known uuids and the route's patterns.
/// Two counted pointers, cheap by value.
class Batch {
public:
    using Indices = std::vector<std::uint32_t>;

    Batch() = default;
    explicit Batch(PagePtr page, std::shared_ptr<const Indices> left = nullptr)
        : page_(std::move(page)), left_(std::move(left)) {}

    std::size_t size() const noexcept { return left_ ? left_->size() : page_ ? page_->size() : 0; }
    bool empty() const noexcept { return size() == 0; }
    std::string_view event(std::size_t i) const { return page_->event(index(i)); }
    const EventSlice& slice(std::size_t i) const { return page_->slice(index(i)); }
    const PagePtr& page() const noexcept { return page_; }
    /// The place in the page of the batch's i-th event.
    std::size_t index(std::size_t i) const { return left_ ? (*left_)[i] : i; }

private:
    PagePtr page_;
    std::shared_ptr<const Indices> left_;
};

/// What write() achieved. `durable`: so many events from `first` on are safe at the destination. `error` says why it
/// stopped there: transient: offer the rest again later; rejected: event `first + durable` alone will never be taken; stopped:
/// the route's place is another by now, it is to begin anew from its checkpoint; fatal: the state cannot be trusted any more.
/// `checkpointed`: the sink has saved `after` together with the events (exactly-once sinks), so nobody else need.
class WriteOutcome {
public:
    WriteOutcome() = default;
    WriteOutcome(std::size_t durable, bool checkpointed) : durable(durable), checkpointed(checkpointed) {}
    WriteOutcome(std::size_t durable, Error why) : durable(durable), error(std::move(why)) {}

    std::size_t durable = 0;
    bool checkpointed = false;
    std::optional<Error> error;
};

/// One route's end of a sink. Used by one coroutine at a time, on the tenant's shard.
class SinkWriter {
public:
    virtual ~SinkWriter() = default;

    /// Writes events [first, end) of the batch. `after` is the checkpoint once they are all safe. An exactly-once sink takes
    /// (batch, after) as one unit, commits both in one transaction and answers after the commit; others ignore `after`.
    /// Returns when the outcome is known; bounded by the sink's own timeout. A graceful stop does not interrupt it.
    virtual asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint after) = 0;
    /// Bytes of an event up to which it is worth a try. A larger one is set aside before a page is written: where a page is one
    /// unit, it would take the others along.
    virtual std::size_t largest_event() const { return std::numeric_limits<std::size_t>::max(); }
};

/// A destination as configured: one per entry under `sinks`, called from every shard, thread-safe. It owns what its routes
/// share (producer, connection, open files) and outlives its writers.
class Sink {
public:
    virtual ~Sink() = default;

    /// Errors: transient (try again later), rejected (this route can never be written; the text says why), fatal.
    virtual asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) = 0;
    /// A reload was asked for: whoever renames files has done it. Bounded by the sink's own timeout.
    virtual asio::awaitable<void> look_again() { co_return; }
    /// After the last writer is gone: flushes and lets go of what it holds. Bounded by the sink's own timeout.
    virtual asio::awaitable<void> close() = 0;
    /// Where the checkpoints of this sink's routes are loaded from: nullptr for the daemon's store (files too: their redo rows
    /// are in it), the sink's own where the destination is the authority (Kafka, exactly once).
    virtual CheckpointStore* checkpoints() { return nullptr; }
    /// Signs at the destination that oktail wrote there before: with them, and without state, a start would skip events.
    /// The text names them; nothing if there are none.
    virtual std::optional<std::string> traces(const RouteId& route, const Labels& labels) = 0;
};

}  // namespace oktail
