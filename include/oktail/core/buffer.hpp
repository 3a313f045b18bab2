#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace oktail {

/// Bytes of one answer: never zeroed, and followed by `padding` readable bytes that simdjson may read past the end.
class Buffer {
public:
    static constexpr std::size_t padding = 64;

    Buffer() = default;
    explicit Buffer(std::size_t capacity) { reserve(capacity); }
    /// A copy of `text`; for tests and small bodies.
    static Buffer copy_of(std::string_view text);

    char* data() noexcept { return bytes_.get(); }
    const char* data() const noexcept { return bytes_.get(); }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    std::string_view view() const noexcept { return {bytes_.get(), size_}; }

    /// Keeps the content; the new bytes are not initialised.
    void reserve(std::size_t capacity);
    /// `size` must not exceed the capacity.
    void resize(std::size_t size);

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace oktail
