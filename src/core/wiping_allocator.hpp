#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

namespace oktail {

/// For containers that hold secrets among other things: memory is wiped before it is given back, also when they grow.
template <class T>
class WipingAllocator {
public:
    using value_type = T;

    WipingAllocator() = default;
    template <class Other>
    explicit(false) WipingAllocator(const WipingAllocator<Other>&) noexcept {}

    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* memory, std::size_t n) noexcept {
        ::explicit_bzero(memory, n * sizeof(T));
        std::allocator<T>().deallocate(memory, n);
    }
    bool operator==(const WipingAllocator&) const = default;
};

}  // namespace oktail
