#include <oktail/core/buffer.hpp>

#include "core/assert.hpp"

#include <cstring>

namespace oktail {

Buffer Buffer::copy_of(std::string_view text) {
    Buffer copy(text.size());
    std::memcpy(copy.data(), text.data(), text.size());
    copy.resize(text.size());
    return copy;
}

void Buffer::reserve(std::size_t capacity) {
    if (bytes_ && capacity <= capacity_) return;
    auto grown = std::make_unique_for_overwrite<char[]>(capacity + padding);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get(), size_);
    bytes_ = std::move(grown);
    capacity_ = capacity;
    std::memset(bytes_.get() + capacity_, 0, padding);
}

void Buffer::resize(std::size_t size) {
    OKTAIL_ASSERT(size <= capacity_);
    size_ = size;
}

}  // namespace oktail
