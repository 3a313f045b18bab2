#include "okta/page_cache.hpp"

#include <algorithm>

namespace oktail {

void PageCache::put(const Cursor& from, PagePtr page, std::size_t takers) {
    if (takers == 0) return;
    bytes_ += page->bytes();
    entries_.push_back(Entry{from, std::move(page), takers});
    // The newest stays in any case: it is the one that was read ahead.
    while (bytes_ > most_bytes_ && entries_.size() > 1) {
        bytes_ -= entries_.front().page->bytes();
        entries_.pop_front();
    }
}

PagePtr PageCache::take(const Cursor& from) {
    const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.from == from; });
    if (it == entries_.end()) return nullptr;
    PagePtr page = it->page;
    if (--it->takers == 0) {
        bytes_ -= page->bytes();
        entries_.erase(it);
    }
    return page;
}

bool PageCache::holds(const Cursor& from) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.from == from; });
}

void PageCache::clear() {
    entries_.clear();
    bytes_ = 0;
}

}  // namespace oktail
