#pragma once

#include <oktail/sink/sink.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// A batch of these events, on a page of their own, with a comma between two.
inline Batch batch_of(const std::vector<std::string>& events) {
    std::string body;
    std::vector<EventSlice> slices;
    for (const std::string& event : events) {
        if (!body.empty()) body += ',';
        EventSlice slice;
        slice.offset = static_cast<std::uint32_t>(body.size());
        slice.size = static_cast<std::uint32_t>(event.size());
        slices.push_back(slice);
        body += event;
    }
    return Batch(std::make_shared<Page>(Buffer::copy_of(body), std::move(slices), Cursor("/next"), UtcTime{}));
}

}  // namespace oktail
