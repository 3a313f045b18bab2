#include "compression/inflate.hpp"

#include "compression/gzip_error.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace oktail {
namespace {

constexpr std::size_t spare_states = 4;

/// States at rest: most bodies of a shard come one after the other.
std::vector<std::unique_ptr<inflate_state>>& spares() {
    thread_local std::vector<std::unique_ptr<inflate_state>> resting;
    return resting;
}

std::unique_ptr<inflate_state> fresh_state() {
    auto& resting = spares();
    std::unique_ptr<inflate_state> state;
    if (resting.empty()) {
        state = std::make_unique_for_overwrite<inflate_state>();
    } else {
        state = std::move(resting.back());
        resting.pop_back();
    }
    isal_inflate_init(state.get());
    state->crc_flag = ISAL_GZIP;
    return state;
}

}  // namespace

void Inflater::GiveBack::operator()(inflate_state* state) const noexcept {
    std::unique_ptr<inflate_state> owned(state);
    ::explicit_bzero(state, sizeof *state);  // its window may hold an access token
    auto& resting = spares();
    if (resting.size() < spare_states) resting.push_back(std::move(owned));
}

Inflater::Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;
Inflater::~Inflater() = default;

boost::system::error_code Inflater::inflate(std::string_view& input, Buffer& out) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (!state_ && !input.empty()) state_.reset(fresh_state().release());
    while (state_) {
        if (at_end()) {
            if (input.empty()) return {};
            isal_inflate_reset(state_.get());  // the next member; isa-l does not begin it by itself
            state_->crc_flag = ISAL_GZIP;
        }
        const std::size_t offered = std::min(input.size(), most);
        const std::size_t room = std::min(out.capacity() - out.size(), most);
        if (room == 0) return {};
        // isa-l only reads its input, though the pointer is not const.
        state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
        state_->avail_in = static_cast<std::uint32_t>(offered);
        state_->next_out = reinterpret_cast<std::uint8_t*>(out.data() + out.size());
        state_->avail_out = static_cast<std::uint32_t>(room);
        // On an error isa-l 2.30 leaves counters that may have run below zero.
        if (isal_inflate(state_.get()) != ISAL_DECOMP_OK) return GzipError::damaged;
        const std::size_t used = offered - state_->avail_in;
        const std::size_t made = room - state_->avail_out;
        input.remove_prefix(used);
        out.resize(out.size() + made);
        consumed_ += used;
        produced_ += made;
        if (produced_ > ratio_free && produced_ / max_ratio > consumed_) return GzipError::bomb;
        if (!at_end() && input.empty() && made < room) return {};
        if (used == 0 && made == 0 && !at_end()) return GzipError::damaged;  // no progress: never loop for ever
    }
    return {};
}

bool Inflater::at_end() const { return state_ && state_->block_state == ISAL_BLOCK_FINISH; }

boost::system::error_code Inflater::finish() const {
    // A return code of 0 says nothing about truncation; only the block state does.
    if (state_ && !at_end()) return GzipError::truncated;
    return {};
}

}  // namespace oktail
