#pragma once

#include <oktail/core/error.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

enum class PackFormat : std::uint8_t { zstd, gzip };

/// Compresses a stream, piece by piece.
class Packer {
public:
    virtual ~Packer() = default;

    /// Appends to `out` what became of `bytes`; the last piece ends the stream. Errors: fatal (no memory).
    virtual Result<void> pack(std::string_view bytes, bool last, std::string& out) = 0;
};

/// The way back, to compare.
class Unpacker {
public:
    virtual ~Unpacker() = default;

    /// Appends to `out` what becomes of `bytes`. Errors: rejected (damaged).
    virtual Result<void> unpack(std::string_view bytes, std::string& out) = 0;
    /// The stream ended where its bytes end.
    virtual bool is_whole() const = 0;
};

std::unique_ptr<Packer> make_packer(PackFormat format);
std::unique_ptr<Unpacker> make_unpacker(PackFormat format);

}  // namespace oktail
