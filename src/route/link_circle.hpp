#pragma once

#include <oktail/model/cursor.hpp>

#include <array>
#include <cstddef>

namespace oktail {

/// Notices next links that lead in a circle: behind events a place where the route has been before. Followed for ever, they
/// would deliver the same events for ever, at full speed. Pure; only pages with events count.
class LinkCircle {
public:
    /// The same events are fetched so often before it counts as a circle.
    static constexpr int most_returns = 3;
    /// Of more pages than that, a circle is none for us.
    static constexpr std::size_t most_places = 64;

    /// The page that leads from `from` to `to` must not be delivered: its link has led back once too often.
    bool closes(const Cursor& from, const Cursor& to) const;
    /// That page is delivered; one that was only looked at counts for nothing.
    void passed(const Cursor& from, const Cursor& to);
    /// The route has been there not long ago.
    bool knows(const Cursor& place) const;

private:
    void remember(const Cursor& place);

    std::array<std::size_t, most_places> places_{};  ///< hashes
    std::size_t next_ = 0;
    int returns_ = 0;
};

}  // namespace oktail
