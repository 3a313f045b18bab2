#pragma once

#include "core/event_flag.hpp"
#include "core/handover.hpp"
#include "sink/syslog/syslog_message.hpp"

#include <oktail/sink/sink.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>

namespace oktail {

/// The events of a page that are at the receiver behind one that it refused: they are not sent again with what follows that
/// one.
class TakenAhead {
public:
    /// What it knows of another page is forgotten.
    void is_about(const PagePtr& page) {
        if (page_.lock() != page) places_.clear();
        page_ = page;
    }
    void add(std::size_t place) { places_.insert(place); }
    bool holds(std::size_t place) const { return !places_.empty() && places_.contains(place); }

private:
    std::weak_ptr<const Page> page_;
    std::set<std::size_t> places_;  ///< on the page
};

/// The part of a page that one route has handed over, and how far it has come. One shard.
class Parcel {
public:
    using Answer = Handover<WriteOutcome>;

    /// `ahead`: the route's, from one parcel of a page to the next.
    Parcel(Batch batch, std::size_t first, std::shared_ptr<SyslogMessages> messages, std::shared_ptr<Answer> answer,
           std::shared_ptr<TakenAhead> ahead = std::make_shared<TakenAhead>())
        : batch(std::move(batch)), messages(std::move(messages)), first_(first), next_(first), safe_(first),
          end_(this->batch.size()), ahead_(std::move(ahead)), answer_(std::move(answer)) {
        ahead_->is_about(this->batch.page());
    }

    /// The message of the next event, without a frame, until the next call. nullopt: there is none. An event that cannot be
    /// sent ends the parcel before it.
    std::optional<std::string_view> next_message();
    /// Behind the last event that next_message() gave.
    std::size_t next() const noexcept { return next_; }
    bool is_begun() const noexcept { return next_ != first_; }
    bool is_sent() const noexcept { return next_ >= end_ || is_over(); }
    /// Everything before `end` is at the receiver. The last one tells the route.
    void acknowledge(std::size_t end);
    /// Event `at` will never be taken; what lies before it is.
    void refuse(std::size_t at, Error why);
    /// Where each message has an answer of its own: the last one that next_message() gave waits for it; event `at` has one, in
    /// the order they were sent. The route is told when no answer is missing.
    void is_on_the_way() { ++on_the_way_; }
    void was_taken(std::size_t at);
    void was_refused(std::size_t at, Error why);
    /// Tells the route how far it got.
    void fail(const Error& why);
    /// The route knows, or waits no more.
    bool is_over() const noexcept { return !answer_ || abandoned; }

    Batch batch;
    std::shared_ptr<SyslogMessages> messages;
    bool abandoned = false;

private:
    bool is_taken_ahead(std::size_t event) const { return ahead_->holds(batch.index(event)); }
    void tell_if_done();
    void tell(WriteOutcome outcome);

    std::size_t first_;
    std::size_t next_;
    std::size_t safe_;
    std::size_t end_;
    std::size_t on_the_way_ = 0;
    std::optional<Error> trouble_;  ///< of event `end_`
    std::shared_ptr<TakenAhead> ahead_;
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
    /// Every parcel of which something was sent, and that is not whole at the receiver.
    void fail_begun(const Error& why);
    /// Every parcel.
    void fail_all(const Error& why);

    /// Look again: something was added, or there is room for more on the way.
    EventFlag changed;

private:
    std::deque<ParcelPtr> unsent_;
    std::deque<ParcelPtr> sent_;  ///< until they are over
};

}  // namespace oktail
