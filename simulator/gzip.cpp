#include "simulator/gzip.hpp"

#include "core/assert.hpp"

#include <isa-l/igzip_lib.h>

#include <cstdint>
#include <vector>

namespace oktail::simulator {

std::string gzipped(std::string_view bytes) {
    thread_local std::vector<std::uint8_t> work(ISAL_DEF_LVL2_DEFAULT);
    std::string out(bytes.size() + bytes.size() / 8 + 1024, '\0');
    isal_zstream stream;
    isal_deflate_init(&stream);
    stream.level = 2;
    stream.level_buf = work.data();
    stream.level_buf_size = static_cast<std::uint32_t>(work.size());
    stream.gzip_flag = IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<std::uint32_t>(bytes.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = static_cast<std::uint32_t>(out.size());
    const int outcome = isal_deflate(&stream);
    OKTAIL_ASSERT(outcome == COMP_OK && stream.avail_in == 0 && stream.internal_state.state == ZSTATE_END);
    out.resize(stream.total_out);
    return out;
}

}  // namespace oktail::simulator
