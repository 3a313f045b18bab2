#include "route/link_circle.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace oktail {
namespace {

std::size_t hash_of(const Cursor& cursor) { return std::hash<std::string>()(cursor.target()); }

}  // namespace

// The same link again is no circle: what it brings is known by the uuids, and the source asks ever less often.

bool LinkCircle::closes(const Cursor& from, const Cursor& to) const {
    return to != from && knows(to) && returns_ + 1 >= most_returns;
}

void LinkCircle::passed(const Cursor& from, const Cursor& to) {
    if (to == from) return;
    returns_ = knows(to) ? returns_ + 1 : 0;
    remember(from);
    remember(to);
}

bool LinkCircle::knows(const Cursor& place) const {
    return std::find(places_.begin(), places_.end(), hash_of(place)) != places_.end();
}

void LinkCircle::remember(const Cursor& place) {
    if (knows(place)) return;
    places_[next_] = hash_of(place);
    next_ = (next_ + 1) % places_.size();
}

}  // namespace oktail
