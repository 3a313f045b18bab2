#include "auth/token_answer.hpp"
#include "fuzz/fuzz_check.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

std::string line_of(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return std::string(line);
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

}  // namespace

/// The first byte chooses the status, lines follow with what a field says, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace std::chrono_literals;
    using Kind = oktail::TokenAnswer::Kind;
    constexpr unsigned statuses[] = {200, 204, 302, 400, 401, 403, 404, 429, 500, 503};
    if (size == 0) return 0;
    std::string_view text = oktail::fuzz_text(data + 1, size - 1);
    std::vector<std::pair<std::string, std::string>> fields;
    for (const char* name : {"date", "x-rate-limit-limit", "x-rate-limit-reset", "retry-after"})
        fields.emplace_back(name, line_of(text));
    const oktail::ResponseHead head(statuses[data[0] % std::size(statuses)], std::move(fields));

    const oktail::TokenAnswer answer = oktail::parse_token_answer(head, text);
    FUZZ_CHECK(answer.token.empty() == (answer.kind != Kind::token));
    FUZZ_CHECK(answer.kind != Kind::token || (answer.lifetime >= 5s && answer.lifetime <= 24h));
    FUZZ_CHECK(answer.kind != Kind::wait || (answer.wait >= 1s && answer.wait <= 120s));
    FUZZ_CHECK(answer.kind != Kind::refused || !answer.advice.empty());
    FUZZ_CHECK(is_printable(answer.token.reveal()) && is_printable(answer.what));
    FUZZ_CHECK(answer.what.size() < 5'000);
    return 0;
}
