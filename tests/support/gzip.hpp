#pragma once

#include <isa-l/igzip_lib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oktail {

/// One gzip member.
inline std::string gzip(std::string_view text) {
    std::string out(text.size() + text.size() / 1000 + 1024, '\0');
    isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<std::uint32_t>(text.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = static_cast<std::uint32_t>(out.size());
    if (isal_deflate_stateless(&stream) != COMP_OK) throw std::runtime_error("gzip failed");
    out.resize(stream.total_out);
    return out;
}

}  // namespace oktail
