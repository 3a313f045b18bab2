#include "okta/rate_limit.hpp"

#include "core/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds minute = 60s;
constexpr milliseconds least_wait = 1s;
constexpr milliseconds most_wait = 120s;
constexpr milliseconds most_jitter = 2s;
/// A window that ends later than this is a mistake: milliseconds, or another clock.
constexpr milliseconds longest_window = 10min;
constexpr milliseconds longest_interval = 1h;
/// Above this, a number of seconds would overflow as milliseconds, and is no time anyway.
constexpr std::uint64_t largest_seconds = 100'000'000'000;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, trouble] = std::from_chars(text.data(), end, value);
    if (trouble != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// All numbers under a name, whether the field was repeated or a proxy joined its lines.
std::vector<std::uint64_t> numbers(const ResponseHead& head, std::string_view name) {
    std::vector<std::uint64_t> found;
    for (std::string_view field : head.find_all(name)) {
        while (!field.empty()) {
            const std::string_view text = field.substr(0, field.find(','));
            field.remove_prefix(std::min(field.size(), text.size() + 1));
            if (const auto value = number(trimmed(text))) found.push_back(*value);
        }
    }
    return found;
}

std::optional<std::uint64_t> smallest(const std::vector<std::uint64_t>& values) {
    if (values.empty()) return std::nullopt;
    return *std::min_element(values.begin(), values.end());
}

std::optional<UtcTime> date(const ResponseHead& head) { return parse_http_date(trimmed(head.find("date").value_or(""))); }

std::optional<seconds> retry_after(const ResponseHead& head) {
    const std::string_view text = trimmed(head.find("retry-after").value_or(""));
    if (const auto count = number(text)) return seconds(std::min(*count, largest_seconds));
    const auto when = parse_http_date(text);
    const auto now = date(head);
    if (!when || !now || *when <= *now) return std::nullopt;
    return std::chrono::ceil<seconds>(*when - *now);
}

}  // namespace

RateLimit rate_limit(const ResponseHead& head) {
    RateLimit seen;
    seen.limit = smallest(numbers(head, "x-rate-limit-limit"));
    seen.remaining = smallest(numbers(head, "x-rate-limit-remaining"));
    seen.retry_after = retry_after(head);
    const auto resets = numbers(head, "x-rate-limit-reset");
    const auto now = date(head);
    if (!resets.empty() && now) {
        const std::uint64_t reset = std::min(*std::max_element(resets.begin(), resets.end()), largest_seconds);
        seen.window = UtcTime(seconds(reset)) - *now;
    }
    return seen;
}

milliseconds wait_after_429(const RateLimit& seen, milliseconds backoff, double jitter) {
    milliseconds wait = backoff;
    const bool concurrency = seen.limit == 0U;  // its reset is a guess
    if (!concurrency && seen.window && *seen.window >= 0ms && *seen.window <= longest_window) {
        const milliseconds window = std::max(*seen.window, least_wait) + 1s;
        const auto spread = std::min(window / 10, most_jitter);
        const milliseconds late(std::llround(static_cast<double>(spread.count()) * std::clamp(jitter, 0.0, 1.0)));
        wait = std::max(wait, window + late);
    }
    if (seen.retry_after) wait = std::max<milliseconds>(wait, *seen.retry_after);
    return std::clamp(wait, least_wait, most_wait);
}

milliseconds request_interval(const RateLimit& seen, double share) {
    if (seen.limit.value_or(0) == 0) return 0ms;
    const double exact = static_cast<double>(minute.count()) / (static_cast<double>(*seen.limit) * share);
    milliseconds interval = longest_interval;
    if (exact < static_cast<double>(longest_interval.count())) interval = milliseconds(std::llround(std::ceil(exact)));
    if (!seen.remaining) return interval;

    // What others use of the same limit shows in what remains.
    const bool known = seen.window && *seen.window >= 0ms && *seen.window <= longest_window;
    const milliseconds window = known ? *seen.window : minute;
    const std::uint64_t reserve = *seen.limit / 10 + 1;
    if (*seen.remaining <= reserve) return std::max(interval, window + 1s);
    const std::uint64_t usable = *seen.remaining - reserve;
    return std::max(interval, milliseconds(static_cast<std::uint64_t>(window.count()) / usable));
}

}  // namespace oktail
