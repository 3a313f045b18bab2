#include "fuzz/fuzz_check.hpp"
#include "sink/syslog/relp.hpp"

#include <algorithm>
#include <string>

namespace {

/// What a reader makes of the bytes when they come in pieces of this size: its frames, worded again, and "error" if it ends so.
std::string read(std::string_view wire, std::size_t piece) {
    oktail::RelpReader reader;
    std::string out;
    for (;;) {
        const auto next = reader.next();
        if (!next) break;
        if (*next) {
            FUZZ_CHECK((*next)->transaction <= oktail::last_relp_transaction);
            FUZZ_CHECK((*next)->data.size() <= oktail::RelpReader::most_data);
            FUZZ_CHECK((*next)->code() >= 0 && (*next)->code() <= 999);
            FUZZ_CHECK((*next)->text().size() <= (*next)->data.size());
            oktail::put_relp_frame(out, (*next)->transaction, (*next)->command, (*next)->data);
            continue;
        }
        if (wire.empty()) return out;
        reader.feed(wire.substr(0, piece));
        wire.remove_prefix(std::min(piece, wire.size()));
    }
    reader.feed("\n1 rsp 6 200 OK\n");
    FUZZ_CHECK(reader.next().has_error());
    reader.feed(wire);
    FUZZ_CHECK(reader.next().has_error());
    return out + "error";
}

}  // namespace

/// However the bytes are cut, the same frames come out, and once they are no RELP they stay so. What was read reads the same
/// when it is worded again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view wire = oktail::fuzz_text(data, size);
    const std::string whole = read(wire, size + 1);
    FUZZ_CHECK(read(wire, 1) == whole);
    FUZZ_CHECK(read(wire, 7) == whole);
    if (!whole.ends_with("error")) FUZZ_CHECK(read(whole, 13) == whole);
    return 0;
}
