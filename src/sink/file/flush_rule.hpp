#pragma once

#include "sink/file/file_options.hpp"

#include <chrono>
#include <cstdint>

namespace oktail {

/// How long promises wait for the flush that they share with all streams of the sink.
constexpr std::chrono::seconds flush_interval{1};
/// So much may be promised and not yet flushed: it bounds the time that a start after a crash takes.
constexpr std::uint64_t most_promised_to_a_stream = 8 * 1024 * 1024;
constexpr std::uint64_t most_promised = 64 * 1024 * 1024;

/// Whether an exactly-once stream ends its promises at once, before it answers. With `never` that costs no flush: the page
/// cache survives a kill.
constexpr bool ends_promises_now(Fsync fsync, std::uint64_t promised_bytes, bool asked) {
    return fsync != Fsync::every_second || asked || promised_bytes > most_promised_to_a_stream;
}

/// An at-least-once stream answers for what is on disk, so its flush cannot wait for company: every_second is page there.
constexpr bool flushes_before_answer(Fsync fsync) { return fsync != Fsync::never; }

}  // namespace oktail
