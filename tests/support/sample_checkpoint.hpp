#pragma once

#include <oktail/model/checkpoint.hpp>

#include <cstdint>
#include <string>

namespace oktail {

inline Uuid sample_uuid(std::uint64_t number) {
    Uuid id;
    for (auto& byte : id.bytes)
        byte = static_cast<std::uint8_t>((number = number * 6364136223846793005U + 1442695040888963407U) >> 56);
    return id;
}

/// Every field filled, different for each `seq`.
inline Checkpoint sample_checkpoint(std::uint64_t seq, std::size_t tail = 3) {
    Checkpoint checkpoint;
    checkpoint.seq = seq;
    checkpoint.query = Query("https://acme.okta.com", R"(eventType sw "user.")");
    checkpoint.next = Cursor("/api/v1/logs?limit=1000&after=" + std::to_string(seq));
    checkpoint.partial = {sample_uuid(seq), sample_uuid(seq + 1)};
    for (std::size_t i = 0; i < tail; ++i) checkpoint.tail.push_back(sample_uuid(seq * 1000 + i));
    checkpoint.newest_published = UtcTime(std::chrono::milliseconds(1'767'225'600'123 + static_cast<std::int64_t>(seq)));
    checkpoint.caught_up_at = UtcTime(std::chrono::milliseconds(-1));
    return checkpoint;
}

}  // namespace oktail
