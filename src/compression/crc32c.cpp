#include "compression/crc32c.hpp"

#include <isa-l/crc.h>

#include <algorithm>

namespace oktail {

std::uint32_t crc32c(std::string_view bytes) {
    constexpr std::size_t piece = 1024 * 1024 * 1024;  // isa-l counts in int
    std::uint32_t crc = ~0U;                           // and leaves the customary inversions to its caller
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), piece);
        // It takes a mutable pointer and only reads.
        crc = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), static_cast<int>(size), crc);
        bytes.remove_prefix(size);
    }
    return ~crc;
}

}  // namespace oktail
