#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/http/http_client.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace oktail {

/// What an answer said about the rate limit. Nonsense counts as silence; of repeated fields the more cautious one counts.
class RateLimit {
public:
    RateLimit() = default;

    std::optional<std::uint64_t> limit;               ///< requests per minute; 0: the concurrency limit was hit
    std::optional<std::uint64_t> remaining;           ///< until the window ends
    std::optional<std::chrono::milliseconds> window;  ///< until it ends, by the server's clock; negative if that was before
    std::optional<std::chrono::seconds> retry_after;
};

/// Reads X-Rate-Limit-* against Date (Okta rate limits, "Monitor"), and Retry-After, which Okta itself does not send. Without a
/// Date times mean nothing: the local clock may be wrong.
RateLimit rate_limit(const ResponseHead& head);

/// How long not to ask after a 429: until a second after the window, within 1 to 120 s; `backoff` where the answer does not say
/// (Okta's own rule, and the only one for the concurrency limit). `backoff` is the next step of the caller's own, and the least
/// it waits; `jitter` in [0, 1] spreads tenants over up to 2 s.
std::chrono::milliseconds wait_after_429(const RateLimit& seen, std::chrono::milliseconds backoff, double jitter);

/// The smallest time between two requests that keeps to `share` of the announced limit, and leaves a tenth of the window to
/// others when little remains. Zero if nothing was announced.
std::chrono::milliseconds request_interval(const RateLimit& seen, double share);

}  // namespace oktail
