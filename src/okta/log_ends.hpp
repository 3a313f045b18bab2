#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/page.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace oktail {

/// Where the log ends for the routes of a tenant: places behind which Okta had no full page. Several, while routes that started
/// apart follow different cursors; a route that comes by another's place can go on from there, and then they share every
/// request. Pure: time comes in with every call.
class LogEnds {
public:
    struct End {
        Cursor at;
        SteadyTime asked_at;
        SteadyTime due;
        std::vector<Uuid> last;  ///< the events before it, the newest last; a few
    };
    /// On a page, another end of the log: behind its first `events` events.
    struct Meeting {
        std::size_t events = 0;
        Cursor at;
    };

    const End* find(const Cursor& at) const;
    /// The one that answered last, or nullptr.
    const End* newest() const { return ends_.empty() ? nullptr : &ends_.back(); }

    /// `from` answered with what is not a full page: the end is at its next link. At most `most` are kept.
    void moved(const Cursor& from, const Page& page, SteadyTime now, SteadyTime due, std::size_t most);
    /// `from` answered with a full page, or its route goes on elsewhere.
    void left(const Cursor& from);

    /// Where the page behind `from` runs into another end. Cursors of one query that have the same events before them stand at
    /// the same place; to be sure of it when Okta serves an event twice, several must agree, all different.
    std::optional<Meeting> meeting(const Cursor& from, const Page& page) const;

private:
    std::vector<Uuid> before(const Cursor& from) const;

    std::vector<End> ends_;  // the newest last
};

}  // namespace oktail
