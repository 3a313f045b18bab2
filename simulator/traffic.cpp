#include "simulator/traffic.hpp"

#include <algorithm>

namespace oktail::simulator {

using namespace std::chrono;

namespace {
constexpr double usual_rate = 50;  // of an org that is configured without one
constexpr microseconds longest_backlog = days(6);
constexpr seconds quiet_before_start{5};
}  // namespace

void Traffic::fill_backlog(LogStore& log, std::size_t count, UtcTime start) {
    if (count == 0) return;
    const double rate = per_second_ > 0 ? per_second_ : usual_rate;
    const auto step = std::min(microseconds(static_cast<std::int64_t>(1e6 / rate)),
                               microseconds(longest_backlog.count() / static_cast<std::int64_t>(count)));
    Fine at = start - quiet_before_start - step * static_cast<std::int64_t>(count);
    for (std::size_t i = 0; i < count; ++i, at += step) persist(log, floor<milliseconds>(at));
}

void Traffic::flow(LogStore& log, UtcTime now) {
    if (paused_ || per_second_ <= 0) return;
    const auto step = microseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(1e6 / per_second_)));
    for (; next_ <= now; next_ += step) persist(log, floor<milliseconds>(next_));
}

void Traffic::burst(LogStore& log, std::size_t count, UtcTime now) {
    for (std::size_t i = 0; i < count; ++i) persist(log, now);
}

void Traffic::resume(UtcTime now) {
    if (paused_) next_ = now;
    paused_ = false;
}

void Traffic::persist(LogStore& log, UtcTime due) {
    // The clock may have been set back.
    const UtcTime persisted = log.size() == 0 ? due : std::max(due, log.persisted(log.size() - 1));
    const std::uint64_t chance = random_.below(1'000);
    UtcTime published = persisted - milliseconds(50 + random_.below(2'500));
    if (chance < 3) published = persisted - minutes(10 + random_.below(35));
    else if (chance < 30 && log.size() != 0) published = std::min(persisted, log.published(log.size() - 1));
    log.persist(persisted, published);
}

}  // namespace oktail::simulator
