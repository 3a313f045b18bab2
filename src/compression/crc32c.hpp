#pragma once

#include <cstdint>
#include <string_view>

namespace oktail {

/// Castagnoli's, as iSCSI has it (RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace oktail
