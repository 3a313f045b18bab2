#include "okta/log_ends.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace oktail {
namespace {

/// How many events before its place an end remembers, and how many of them must agree with another's.
constexpr std::size_t remembered = 16;
constexpr std::size_t enough = 8;

/// The events before a place: those of the page up to it, and those before the page.
class Past {
public:
    Past(std::span<const Uuid> before, const Page& page) : before_(before), page_(page) {}

    std::size_t size(std::size_t behind) const { return before_.size() + behind; }
    /// The `n`th before the place behind `behind` events of the page, counted from 0.
    const Uuid& event(std::size_t behind, std::size_t n) const {
        return n < behind ? page_.slice(behind - 1 - n).id : before_[before_.size() - 1 - (n - behind)];
    }

private:
    std::span<const Uuid> before_;
    const Page& page_;
};

bool all_different(std::span<const Uuid> events) {
    std::vector<Uuid> sorted(events.begin(), events.end());
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
}

bool is_same_place(const Past& past, std::size_t behind, std::span<const Uuid> last) {
    const std::size_t both = std::min(past.size(behind), last.size());
    for (std::size_t n = 0; n < both; ++n)
        if (past.event(behind, n) != last[last.size() - 1 - n]) return false;
    return both >= enough && all_different(last);
}

}  // namespace

const LogEnds::End* LogEnds::find(const Cursor& at) const {
    const auto it = std::ranges::find(ends_, at, &End::at);
    return it == ends_.end() ? nullptr : &*it;
}

std::vector<Uuid> LogEnds::before(const Cursor& from) const {
    const End* end = find(from);
    return end ? end->last : std::vector<Uuid>();
}

void LogEnds::moved(const Cursor& from, const Page& page, SteadyTime now, SteadyTime due, std::size_t most) {
    std::vector<Uuid> last = before(from);
    // Events without a link: they are behind the place where we stay, not before it.
    const std::size_t passed = page.next() == from ? 0 : page.size();
    for (std::size_t i = passed - std::min(passed, remembered); i < passed; ++i) last.push_back(page.slice(i).id);
    if (last.size() > remembered) last.erase(last.begin(), last.end() - static_cast<std::ptrdiff_t>(remembered));

    std::erase_if(ends_, [&](const End& end) { return end.at == from || end.at == page.next(); });
    ends_.push_back(End{page.next(), now, due, std::move(last)});
    // Routes that are gone leave theirs behind.
    if (ends_.size() > most) ends_.erase(ends_.begin());
}

void LogEnds::left(const Cursor& from) {
    std::erase_if(ends_, [&](const End& end) { return end.at == from; });
}

std::optional<LogEnds::Meeting> LogEnds::meeting(const Cursor& from, const Page& page) const {
    const std::vector<Uuid> before_page = before(from);
    const Past past(before_page, page);
    for (std::size_t behind = page.size(); behind != 0; --behind)
        for (const End& end : ends_) {
            if (end.at == from || end.at == page.next()) continue;
            if (is_same_place(past, behind, end.last)) return Meeting{behind, end.at};
        }
    return std::nullopt;
}

}  // namespace oktail
