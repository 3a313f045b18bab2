#include "fuzz/fuzz_check.hpp"
#include "http/answer_parser.hpp"

#include <algorithm>
#include <string>

namespace {

constexpr std::size_t max_body = 64 * 1024;

/// What a reader makes of the bytes when they come in pieces of this size.
std::string read(std::string_view wire, std::size_t piece) {
    oktail::AnswerParser parser(max_body);
    std::optional<oktail::AnswerBody> body;
    std::string pending;
    while (!parser.is_done()) {
        std::string_view rest = pending;
        if (parser.parse(rest)) return "error";
        const bool progress = rest.size() != pending.size();
        pending.erase(0, pending.size() - rest.size());
        if (parser.is_done()) break;
        if (parser.has_head() && !body) {
            const auto encoding = parser.encoding();
            if (!encoding) return "error";
            body.emplace(*encoding, parser.content_length(), max_body, oktail::ByteBudget::Reservation());
            parser.read_into(*body);
            continue;
        }
        if (progress && !pending.empty()) continue;
        if (wire.empty()) {
            if (parser.close()) return "error";
            break;
        }
        pending += wire.substr(0, piece);
        wire.remove_prefix(std::min(piece, wire.size()));
    }
    FUZZ_CHECK(parser.is_done());
    FUZZ_CHECK(parser.head().fields().size() <= 100);
    if (!body) return "empty";
    const oktail::Buffer content = body->take_content();
    FUZZ_CHECK(content.size() <= max_body);
    return std::string(content.view());
}

}  // namespace

/// However the bytes are cut, the same answer comes out, and nothing outgrows its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view wire = oktail::fuzz_text(data, size);
    const std::string whole = read(wire, size + 1);
    FUZZ_CHECK(read(wire, 1) == whole);
    FUZZ_CHECK(read(wire, 7) == whole);
    return 0;
}
