#pragma once

#include <oktail/model/page.hpp>

#include <cstddef>
#include <list>

namespace oktail {

/// Recent pages of a tenant, for the routes that will ask for them a moment later. Bounded in bytes; one shard.
class PageCache {
public:
    explicit PageCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    /// Keeps the page that follows `from` until it was taken `takers` times, or others need the room.
    void put(const Cursor& from, PagePtr page, std::size_t takers);
    /// The page, taken once more; nullptr if it is not here.
    PagePtr take(const Cursor& from);
    bool holds(const Cursor& from) const;
    void clear();

private:
    struct Entry {
        Cursor from;
        PagePtr page;
        std::size_t takers;
    };

    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  // oldest first; a handful
};

}  // namespace oktail
