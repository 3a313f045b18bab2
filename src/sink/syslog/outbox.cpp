#include "sink/syslog/outbox.hpp"

#include <algorithm>
#include <utility>

namespace oktail {

std::optional<std::string_view> Parcel::next_message() {
    while (!is_sent() && is_taken_ahead(next_)) ++next_;
    tell_if_done();
    if (is_sent()) return std::nullopt;
    const auto message = messages->message(batch.event(next_), batch.slice(next_));
    if (message) {
        ++next_;
        return *message;
    }
    end_ = next_;
    trouble_ = message.error();
    tell_if_done();
    return std::nullopt;
}

void Parcel::acknowledge(std::size_t end) {
    safe_ = std::max(safe_, end);
    tell_if_done();
}

void Parcel::refuse(std::size_t at, Error why) {
    end_ = at;
    trouble_ = std::move(why);
    acknowledge(at);
}

void Parcel::was_taken(std::size_t at) {
    --on_the_way_;
    if (at >= end_) ahead_->add(batch.index(at));
    else safe_ = std::max(safe_, at + 1);
    tell_if_done();
}

void Parcel::was_refused(std::size_t at, Error why) {
    --on_the_way_;
    if (at < end_) {
        end_ = at;
        trouble_ = std::move(why);
    }
    tell_if_done();
}

void Parcel::tell_if_done() {
    while (safe_ < std::min(next_, end_) && is_taken_ahead(safe_)) ++safe_;
    if (safe_ < end_ || on_the_way_ != 0 || is_over()) return;
    if (trouble_) tell(WriteOutcome(end_ - first_, *trouble_));
    else tell(WriteOutcome(end_ - first_, false));
}

void Parcel::fail(const Error& why) {
    if (!is_over()) tell(WriteOutcome(safe_ - first_, why));
}

void Parcel::tell(WriteOutcome outcome) { Answer::give(std::exchange(answer_, nullptr), std::move(outcome)); }

void Outbox::add(ParcelPtr parcel) {
    unsent_.push_back(std::move(parcel));
    changed.notify();
}

ParcelPtr Outbox::current() {
    std::erase_if(sent_, [](const ParcelPtr& parcel) { return parcel->is_over(); });
    while (!unsent_.empty()) {
        if (!unsent_.front()->is_sent()) return unsent_.front();
        if (!unsent_.front()->is_over()) sent_.push_back(std::move(unsent_.front()));
        unsent_.pop_front();
    }
    return nullptr;
}

void Outbox::end_turn() {
    unsent_.push_back(std::move(unsent_.front()));
    unsent_.pop_front();
}

bool Outbox::is_anything_sent() const {
    return std::ranges::any_of(sent_, [](const ParcelPtr& parcel) { return !parcel->is_over(); });
}

void Outbox::fail_begun(const Error& why) {
    for (auto* parcels : {&unsent_, &sent_})
        for (const ParcelPtr& parcel : *parcels)
            if (parcel->is_begun()) parcel->fail(why);
    std::erase_if(unsent_, [](const ParcelPtr& parcel) { return parcel->is_over(); });
    sent_.clear();
}

void Outbox::fail_all(const Error& why) {
    for (auto* parcels : {&unsent_, &sent_})
        for (const ParcelPtr& parcel : *parcels) parcel->fail(why);
    unsent_.clear();
    sent_.clear();
}

}  // namespace oktail
