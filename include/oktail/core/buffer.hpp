#pragma once

#include <cstddef>
#include <cstdlib>
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

    /// Keeps the content; the new bytes are not initialised. A large buffer mostly grows where it stands.
    void reserve(std::size_t capacity);
    /// Gives back what is behind the content.
    void shrink_to_fit() { reallocate(size_); }
    /// `size` must not exceed the capacity.
    void resize(std::size_t size);

private:
    // malloc, because nothing in C++ can realloc: pages are moved by the kernel or stay, where new[] would copy megabytes.
    struct Free {
        void operator()(char* bytes) const noexcept { std::free(bytes); }
    };

    void reallocate(std::size_t capacity);

    std::unique_ptr<char, Free> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace oktail
