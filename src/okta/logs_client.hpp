#pragma once

#include <oktail/auth/authorizer.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/http/http_client.hpp>
#include <oktail/model/origin.hpp>
#include <oktail/model/page.hpp>

#include "core/backoff.hpp"
#include "core/log.hpp"
#include "metrics/happenings.hpp"
#include "okta/link_header.hpp"
#include "okta/page_slicer.hpp"
#include "okta/rate_limit.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace oktail {

/// What one request for a page came to.
class LogsAnswer {
public:
    enum class Kind : std::uint8_t {
        page,
        refused,       ///< 400, 404, 410: the cursor or the query
        unauthorized,  ///< there is no token: a person must act
        forbidden,     ///< there is one, and it does not open the log: the same
        new_token,     ///< the token was refused, and another can be had
        hold,          ///< ask again after `wait`, nothing before
        stopped,
    };

    LogsAnswer() = default;
    LogsAnswer(Kind kind, Error why, std::chrono::milliseconds wait = {}) : kind(kind), why(std::move(why)), wait(wait) {}
    explicit LogsAnswer(std::shared_ptr<Page> page) : kind(Kind::page), page(std::move(page)) {}

    Kind kind = Kind::stopped;
    std::shared_ptr<Page> page;
    Error why;
    std::chrono::milliseconds wait{};
    bool too_heavy = false;  ///< with `hold`: fewer events on a page may do
};

/// Asks one org for pages: authorizes, sends, judges, slices. It never waits for Okta to recover; it says how long to wait.
/// Lives on the tenant's shard; one request at a time.
class LogsClient {
public:
    /// What is referred to outlives it. `page_slicer` may be shared by the tenants of the shard.
    LogsClient(log::Scope scope, Origin origin, std::vector<std::string> link_hosts, std::chrono::milliseconds timeout,
               HttpClient& http, Authorizer& authorizer, PageSlicer& page_slicer, Clock& clock, Happenings& happenings,
               QueryKind kind = QueryKind::polling);

    /// The page's `next` is `cursor` itself where there is no next link: of a bounded query that is the end.
    asio::awaitable<LogsAnswer> ask(Cursor cursor, std::stop_token stop);

    /// What the newest answer said about the rate limit.
    const RateLimit& seen_rate_limit() const noexcept { return rate_limit_; }

private:
    asio::awaitable<Result<HttpResponse>> send(const Cursor& cursor, std::uint64_t& token, std::stop_token stop);
    LogsAnswer judge(const Cursor& cursor, HttpResponse response, std::uint64_t token);
    LogsAnswer page_of(const Cursor& cursor, HttpResponse response);
    LogsAnswer hold(Error why, Reason reason = Reason::okta_unreachable);
    LogsAnswer hold_as_too_heavy(Error why);
    LogsAnswer hold_for_rate_limit(std::string_view kind, bool concurrency);
    void note_refusal(const ResponseHead& head);

    log::Scope scope_;
    Origin origin_;
    std::vector<std::string> link_hosts_;
    std::chrono::milliseconds timeout_;
    HttpClient& http_;
    Authorizer& authorizer_;
    PageSlicer& page_slicer_;
    Clock& clock_;
    Happenings& happenings_;
    QueryKind kind_;
    Backoff backoff_;
    RateLimit rate_limit_;
    bool exclusive_memory_ = false;
    std::string first_refused_;  ///< Okta's id of the first request of this row that it had no room for
    int refusals_ = 0;
};

}  // namespace oktail
