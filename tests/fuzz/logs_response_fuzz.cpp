#include "fuzz/fuzz_check.hpp"
#include "okta/logs_response.hpp"
#include "okta/rate_limit.hpp"

#include <algorithm>
#include <vector>

namespace {

std::string line_of(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return std::string(line);
}

}  // namespace

/// The first byte chooses the status, lines follow with what a field says, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr unsigned statuses[] = {200, 204, 302, 400, 401, 403, 404, 410, 429, 500, 503};
    if (size == 0) return 0;
    std::string_view text = oktail::fuzz_text(data + 1, size - 1);
    std::vector<std::pair<std::string, std::string>> fields;
    for (const char* name :
         {"content-type", "www-authenticate", "www-authenticate", "date", "x-rate-limit-limit", "x-rate-limit-remaining",
          "x-rate-limit-reset", "x-rate-limit-reset", "retry-after", "x-okta-request-id"})
        fields.emplace_back(name, line_of(text));
    const oktail::ResponseHead head(statuses[data[0] % std::size(statuses)], std::move(fields));

    const oktail::LogsVerdict verdict = logs_verdict(head, text);
    FUZZ_CHECK((verdict.outcome == oktail::LogsOutcome::page) == verdict.what.empty());
    FUZZ_CHECK(verdict.what.size() < 5'000);
    FUZZ_CHECK(std::ranges::all_of(verdict.what, [](char c) { return c >= ' ' && c < '\x7f'; }));

    using namespace std::chrono_literals;
    const oktail::RateLimit seen = oktail::rate_limit(head);
    const auto wait = wait_after_429(seen, 1s, 0.5);
    FUZZ_CHECK(wait >= 1s && wait <= 120s);
    const auto interval = request_interval(seen, 0.5);
    FUZZ_CHECK(interval >= 0s && interval <= 1h);
    return 0;
}
