#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/cursor.hpp>
#include <oktail/model/page.hpp>

#include <stop_token>

namespace oktail {

/// Where pages come from. One per tenant; all routes of the tenant share it.
class PageSource {
public:
    virtual ~PageSource() = default;

    /// The page that follows `from`. Waits as long as it takes: for new events, for the rate limit, for Okta to recover.
    /// An empty page is returned when the cursor moved, and otherwise once per max(30 s, max_interval): nothing newer than
    /// that. Equal cursors asked for at the same time cost one request. Errors: unauthorized, rejected (Okta refuses the
    /// query), cursor_lost, stopped (soon after `stop`); never transient. Call on the tenant's shard; any number of calls may
    /// be outstanding.
    virtual asio::awaitable<Result<PagePtr>> fetch(Cursor from, std::stop_token stop) = 0;
    /// A cursor at a time: the only way to make one. `since` is compared with Okta's persistence time
    /// (System Log API, "Polling requests").
    virtual Cursor begin(UtcTime since, const Query& query) const = 0;
    /// Okta's clock, by the `Date` of the tenant's newest answer (the token's, before the first page): what `start: now` means.
    /// Waits for that answer. Errors: unauthorized, stopped.
    virtual asio::awaitable<Result<UtcTime>> okta_now(std::stop_token stop) = 0;
    /// Where the tenant's routes at the head of the log are; empty when nobody has asked there for a minute.
    virtual Cursor head() const = 0;
};

}  // namespace oktail
