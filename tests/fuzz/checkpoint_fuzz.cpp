// Any bytes are a checkpoint or an error; what is one is written back as it was read.

#include "fuzz/fuzz_check.hpp"
#include "state/checkpoint_codec.hpp"

#include <isa-l/crc.h>

#include <string>

namespace {

/// With a right checksum, which no fuzzer finds by itself.
std::string sealed(std::string_view body) {
    std::string bytes(body);
    const auto* begin = reinterpret_cast<unsigned char*>(bytes.data());
    const std::uint32_t sum = ~crc32_iscsi(const_cast<unsigned char*>(begin), static_cast<int>(bytes.size()), ~0U);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(sum >> shift);
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes = sealed(oktail::fuzz_text(data, size));
    const auto checkpoint = oktail::decode_checkpoint(bytes);
    if (checkpoint) FUZZ_CHECK(oktail::encode_checkpoint(*checkpoint) == bytes);
    return 0;
}
