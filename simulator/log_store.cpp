#include "simulator/log_store.hpp"

#include "core/assert.hpp"
#include "simulator/crypto.hpp"

#include <algorithm>
#include <utility>

namespace oktail::simulator {

void LogStore::persist(UtcTime persisted, UtcTime published) {
    OKTAIL_ASSERT(entries_.empty() || entries_.back().persisted <= persisted);
    entries_.push_back({persisted, static_cast<std::int32_t>((persisted - published).count()), made});
}

void LogStore::persist(UtcTime persisted, GivenEvent event) {
    OKTAIL_ASSERT(entries_.empty() || entries_.back().persisted <= persisted);
    entries_.push_back({persisted, 0, static_cast<std::int32_t>(given_.size())});
    given_.push_back(std::move(event));
}

UtcTime LogStore::published(std::size_t index) const {
    const Entry& entry = entries_[index];
    if (entry.given != made) return given_[static_cast<std::size_t>(entry.given)].published;
    return entry.persisted - std::chrono::milliseconds(entry.lag_ms);
}

std::string LogStore::uuid(std::size_t index) const {
    const Entry& entry = entries_[index];
    if (entry.given != made) return given_[static_cast<std::size_t>(entry.given)].uuid;
    return maker_.uuid(index, published(index));
}

void LogStore::append_json(std::string& out, std::size_t index) const {
    const Entry& entry = entries_[index];
    if (entry.given != made) out += given_[static_cast<std::size_t>(entry.given)].json;
    else maker_.append(out, index, published(index));
}

std::string LogStore::json(std::size_t index) const {
    std::string out;
    append_json(out, index);
    return out;
}

std::size_t LogStore::first_since(UtcTime since) const {
    const auto found = std::ranges::lower_bound(entries_, since, {}, &Entry::persisted);
    return static_cast<std::size_t>(found - entries_.begin());
}

std::string LogStore::truth(std::size_t first) const {
    std::string lines;
    std::string event;
    for (std::size_t i = first; i < size(); ++i) {
        event.clear();
        append_json(event, i);
        lines.append(uuid(i)).append(" ").append(sha256_hex(event)).append("\n");
    }
    return lines;
}

}  // namespace oktail::simulator
