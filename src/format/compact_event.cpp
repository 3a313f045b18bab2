#include "format/compact_event.hpp"

#include "format/json_members.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace oktail {
namespace {

/// Okta calls debugData no part of its contract: what can be spared, is there. Empty if it is not there, or not whole.
std::vector<JsonMember> debug_entries(std::string_view event) {
    const auto context = JsonMembers(event, 0).find("debugContext");
    if (!context) return {};
    const auto data = JsonMembers(event, context->value).find("debugData");
    if (!data) return {};
    std::vector<JsonMember> entries;
    JsonMembers members(event, data->value);
    while (const auto entry = members.next()) entries.push_back(*entry);
    if (!members.closed()) return {};
    return entries;
}

/// The entries of an object, and which of them stay. An entry goes together with the comma behind it; one behind which none is
/// left, with the comma before it.
class Thinned {
public:
    Thinned(std::string_view event, std::vector<JsonMember> entries)
        : event_(event), entries_(std::move(entries)), stays_(entries_.size(), true), last_(entries_.size()),
          size_(event.size()) {}

    std::size_t size() const noexcept { return size_; }

    void leave_out(std::size_t i) {
        stays_[i] = false;
        size_ -= i + 1 == last_ ? entries_[i].size() : size_with_gap(i);
        while (last_ != 0 && !stays_[last_ - 1]) {
            --last_;
            if (last_ != 0 && stays_[last_ - 1]) size_ -= size_with_gap(last_ - 1) - entries_[last_ - 1].size();
        }
    }

    std::string text() const {
        std::string text;
        text.reserve(size_);
        text += event_.substr(0, entries_.front().begin);
        for (std::size_t i = 0; i < last_; ++i)
            if (stays_[i]) text += event_.substr(entries_[i].begin, i + 1 == last_ ? entries_[i].size() : size_with_gap(i));
        text += event_.substr(entries_.back().end);
        return text;
    }

private:
    /// With what stands between it and the next one, if there is a next.
    std::size_t size_with_gap(std::size_t i) const {
        return i + 1 == entries_.size() ? entries_[i].size() : entries_[i + 1].begin - entries_[i].begin;
    }

    std::string_view event_;
    std::vector<JsonMember> entries_;
    std::vector<bool> stays_;
    std::size_t last_;  // behind the last that stays
    std::size_t size_;
};

std::vector<std::size_t> largest_first(const std::vector<JsonMember>& entries) {
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto is_before = [&](std::size_t a, std::size_t b) {
        return entries[a].size() != entries[b].size() ? entries[a].size() > entries[b].size() : a < b;
    };
    std::ranges::sort(order, is_before);
    return order;
}

}  // namespace

std::optional<std::string> compact_event(std::string_view event, std::size_t most) {
    if (event.size() <= most) return std::string(event);
    std::vector<JsonMember> entries = debug_entries(event);
    if (entries.empty()) return std::nullopt;
    const std::vector<std::size_t> order = largest_first(entries);
    Thinned thinned(event, std::move(entries));
    for (const std::size_t i : order) {
        thinned.leave_out(i);
        if (thinned.size() <= most) return thinned.text();
    }
    return std::nullopt;
}

}  // namespace oktail
