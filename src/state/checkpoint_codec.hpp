#pragma once

#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include <string>
#include <string_view>

namespace oktail {

/// A version, the fields, and a CRC32C over all of it. Little endian with fixed widths: equal checkpoints have equal bytes.
std::string encode_checkpoint(const Checkpoint& checkpoint);

/// Believes nothing it reads. Errors: fatal, for bytes that are not exactly what encode_checkpoint() made.
Result<Checkpoint> decode_checkpoint(std::string_view bytes);

}  // namespace oktail
