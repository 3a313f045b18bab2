#include <oktail/core/buffer.hpp>

#include "core/assert.hpp"

#include <cstring>
#include <new>

namespace oktail {

Buffer Buffer::copy_of(std::string_view text) {
    Buffer copy(text.size());
    std::memcpy(copy.data(), text.data(), text.size());
    copy.resize(text.size());
    return copy;
}

void Buffer::reserve(std::size_t capacity) {
    if (!bytes_ || capacity > capacity_) reallocate(capacity);
}

void Buffer::reallocate(std::size_t capacity) {
    void* const moved = std::realloc(bytes_.get(), capacity + padding);
    if (moved == nullptr) throw std::bad_alloc();
    static_cast<void>(bytes_.release());
    bytes_.reset(static_cast<char*>(moved));
    capacity_ = capacity;
    std::memset(bytes_.get() + capacity_, 0, padding);
}

void Buffer::resize(std::size_t size) {
    OKTAIL_ASSERT(size <= capacity_);
    size_ = size;
}

}  // namespace oktail
