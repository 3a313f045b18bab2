#pragma once

#include "core/event_flag.hpp"
#include "core/handover.hpp"
#include "sink/syslog/syslog_message.hpp"

#include <oktail/sink/sink.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

namespace oktail {

/// The part of a page that one route has handed over, and how far it has come. One shard.
class Parcel {
public:
    using Answer = Handover<WriteOutcome>;

    Parcel(Batch batch, std::size_t first, std::shared_ptr<SyslogMessages> messages, std::shared_ptr<Answer> answer)
        : batch(std::move(batch)), messages(std::move(messages)), first_(first), next_(first), safe_(first),
          end_(this->batch.size()), answer_(std::move(answer)) {}

    /// The message of the next event, without a frame, until the next call. nullopt: there is none. An event that cannot be
    /// sent ends the parcel before it.
    std::optional<std::string_view> next_message();
    /// Behind the last event that next_message() gave.
    std::size_t next() const noexcept { return next_; }
    bool is_sent() const noexcept { return next_ == end_ || is_over(); }
    /// Everything before `end` is at the receiver. The last one tells the route.
    void acknowledge(std::size_t end);
    /// Event `at` will never be taken; what lies before it is.
    void refuse(std::size_t at, Error why);
    /// Tells the route how far it got.
    void fail(const Error& why);
    /// The route knows, or waits no more.
    bool is_over() const noexcept { return !answer_ || abandoned; }

    Batch batch;
    std::shared_ptr<SyslogMessages> messages;
    bool abandoned = false;

private:
    void tell(WriteOutcome outcome);

    std::size_t first_;
    std::size_t next_;
    std::size_t safe_;
    std::size_t end_;
    std::optional<Error> trouble_;  ///< of event `end_`
    std::shared_ptr<Answer> answer_;
};

using ParcelPtr = std::shared_ptr<Parcel>;

/// What the routes of one shard want to send: each has a parcel at most, and they take turns. One shard.
class Outbox {
public:
    void add(ParcelPtr parcel);
    /// Whose turn it is; nullptr if nothing waits to be sent.
    ParcelPtr current();
    void end_turn();
    /// Parcels that are sent, and not whole at the receiver yet.
    bool is_anything_sent() const;
    /// Every parcel that is not whole at the receiver.
    void fail_all(const Error& why);

    /// Look again: something was added, or there is room for more on the way.
    EventFlag changed;

private:
    std::deque<ParcelPtr> unsent_;
    std::deque<ParcelPtr> sent_;  ///< until they are over
};

}  // namespace oktail
