#include "fuzz/fuzz_check.hpp"
#include "http/answer_body.hpp"

#include <algorithm>
#include <string>

namespace {

constexpr std::size_t max_body = 4 * 1024 * 1024;

std::string inflate(std::string_view wire, std::size_t piece) {
    oktail::AnswerBody body(oktail::AnswerBody::Encoding::gzip, wire.size(), max_body, oktail::ByteBudget::Reservation());
    for (; !wire.empty(); wire.remove_prefix(std::min(piece, wire.size())))
        if (body.append(wire.substr(0, piece))) return "error";
    if (body.finish()) return "error";
    const oktail::Buffer content = body.take_content();
    FUZZ_CHECK(content.size() <= max_body);
    return std::string(content.view());
}

}  // namespace

/// However the bytes are cut, the same content comes out, never more than the maximum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view wire = oktail::fuzz_text(data, size);
    const std::string whole = inflate(wire, size + 1);
    FUZZ_CHECK(inflate(wire, 1) == whole);
    FUZZ_CHECK(inflate(wire, 13) == whole);
    return 0;
}
