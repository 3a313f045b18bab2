#include "okta/logs_client.hpp"

#include "core/time_text.hpp"
#include "okta/link_header.hpp"
#include "okta/logs_response.hpp"

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_page_bytes = 64U * 1024 * 1024;

std::string_view path_of(const Cursor& cursor) {
    const std::string_view target = cursor.target();
    return target.substr(0, target.find('?'));
}

/// Okta's own, letters and digits; anything else is not sent back.
bool is_request_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return text.size() <= 64 && std::ranges::all_of(text, allowed);
}

/// Tells Okta which tries are one (its SDKs do the same; Okta rate limits, "Request ID").
std::string retry_fields(const std::string& first, int count) {
    return "X-Okta-Retry-For: " + first + "\r\nX-Okta-Retry-Count: " + std::to_string(count) + "\r\n";
}

}  // namespace

LogsClient::LogsClient(log::Scope scope, Origin origin, std::vector<std::string> link_hosts, milliseconds timeout,
                       HttpClient& http, Authorizer& authorizer, PageSlicer& page_slicer, Clock& clock, Happenings& happenings,
                       QueryKind kind)
    : scope_(std::move(scope)), origin_(std::move(origin)), link_hosts_(std::move(link_hosts)), timeout_(timeout), http_(http),
      authorizer_(authorizer), page_slicer_(page_slicer), clock_(clock), happenings_(happenings), kind_(kind),
      backoff_(milliseconds(1'000), milliseconds(60'000), std::hash<std::string>()(scope_.tenant)) {}

asio::awaitable<LogsAnswer> LogsClient::ask(Cursor cursor, std::stop_token stop) {
    // A second time at once: with a new token after a 401, in the slot for giant pages, or with another proof on another
    // connection.
    for (bool repeated = false, reconnected = false;;) {
        std::uint64_t token = 0;
        auto response = co_await send(cursor, token, stop);
        if (!response) {
            const Error& why = response.error();
            if (why.kind() == ErrorKind::stopped) co_return LogsAnswer(LogsAnswer::Kind::stopped, why);
            if (why.kind() == ErrorKind::unauthorized) co_return LogsAnswer(LogsAnswer::Kind::unauthorized, why);
            const bool too_large = why.code() == out_of_memory_budget();
            if (too_large && !std::exchange(exclusive_memory_, true)) continue;
            if (why.code() == stale_connection() && !std::exchange(reconnected, true)) continue;
            if (why.code() == body_too_large()) co_return hold_as_too_heavy(why);
            co_return hold(why, why.code() == no_tunnel() ? Reason::proxy_unavailable : Reason::okta_unreachable);
        }
        exclusive_memory_ = false;
        LogsAnswer answer = judge(cursor, std::move(*response), token);
        if (answer.kind != LogsAnswer::Kind::new_token) co_return answer;
        if (std::exchange(repeated, true)) co_return hold(answer.why);
    }
}

asio::awaitable<Result<HttpResponse>> LogsClient::send(const Cursor& cursor, std::uint64_t& token, std::stop_token stop) {
    // DPoP binds the URL without its query (RFC 9449 §4.2).
    auto headers = co_await authorizer_.authorize(Method::get, origin_.url() + std::string(path_of(cursor)), stop);
    if (!headers) co_return headers.error();
    token = headers->token;
    HttpRequest request(Method::get, cursor.target());
    request.authorization = std::move(headers->authorization);
    request.dpop = std::move(headers->dpop);
    request.max_body = most_page_bytes;
    request.reserve_memory = true;
    request.keep_packed = true;
    request.exclusive_memory = exclusive_memory_;
    request.timeout = timeout_;
    if (!first_refused_.empty()) request.more_fields = retry_fields(first_refused_, refusals_);
    const SteadyTime sent = clock_.now();
    auto response = co_await http_.send(std::move(request), std::move(stop));
    if (response) {
        authorizer_.observed(response->head);
        happenings_.request_answered(scope_, request_outcome(response->head.status()), clock_.now() - sent);
    } else if (response.error().kind() != ErrorKind::stopped) {
        happenings_.request_answered(scope_, RequestOutcome::failed, clock_.now() - sent);
    }
    co_return response;
}

LogsAnswer LogsClient::judge(const Cursor& cursor, HttpResponse response, std::uint64_t token) {
    using Kind = LogsAnswer::Kind;
    rate_limit_ = rate_limit(response.head);
    if (rate_limit_.remaining) happenings_.rate_limit_seen(scope_, static_cast<double>(*rate_limit_.remaining));
    const LogsVerdict verdict = logs_verdict(response.head, response.body.view());
    note_refusal(response.head);
    switch (verdict.outcome) {
        case LogsOutcome::page: return page_of(cursor, std::move(response));
        case LogsOutcome::rate_limited: return hold_for_rate_limit("window", false);
        case LogsOutcome::too_many_at_once: return hold_for_rate_limit("concurrency", true);
        case LogsOutcome::bad_request: return LogsAnswer(Kind::refused, Error(ErrorKind::rejected, verdict.what));
        case LogsOutcome::token_refused:
        case LogsOutcome::missing_scope:
            return authorizer_.refused(token, verdict.challenge)
                       ? LogsAnswer(Kind::new_token, Error(ErrorKind::unauthorized, verdict.what))
                       : hold(Error(ErrorKind::unauthorized, verdict.what), Reason::credentials_refused);
        case LogsOutcome::missing_role:
        case LogsOutcome::forbidden: return LogsAnswer(Kind::forbidden, Error(ErrorKind::unauthorized, verdict.what));
        case LogsOutcome::too_heavy: return hold_as_too_heavy(Error(ErrorKind::transient, verdict.what));
        case LogsOutcome::retry:
        case LogsOutcome::protocol_trouble: break;
    }
    return hold(Error(ErrorKind::transient, verdict.what));
}

LogsAnswer LogsClient::page_of(const Cursor& cursor, HttpResponse response) {
    const NextLink link = next_link(response.head, origin_, link_hosts_, kind_);
    if (!link.refusal().empty())
        return hold(Error(ErrorKind::transient, "SECURITY: the next link is refused, the page is dropped: " + link.refusal()),
                    Reason::page_unusable);
    auto events = page_slicer_.slice(response.body);
    if (!events) return hold(events.error(), Reason::page_unusable);
    const Cursor& next = link.cursor().empty() ? cursor : link.cursor();
    if (next == cursor && !events->empty() && kind_ == QueryKind::polling) happenings_.link_missing(scope_);

    // Without a Date, our own clock is the best there is.
    const auto date = parse_http_date(response.head.find("date").value_or(""));
    auto page = std::make_shared<Page>(std::move(response.body), std::move(*events), next, date.value_or(clock_.utc_now()),
                                       std::move(response.memory), std::move(response.packed));
    happenings_.page_fetched(scope_, page->size(), response.wire_bytes);
    backoff_.reset();
    return LogsAnswer(std::move(page));
}

void LogsClient::note_refusal(const ResponseHead& head) {
    if (head.status() != 429) {
        first_refused_.clear();
        refusals_ = 0;
    } else if (++refusals_ == 1) {
        const std::string_view id = head.find("x-okta-request-id").value_or("");
        if (is_request_id(id)) first_refused_ = id;
    }
}

LogsAnswer LogsClient::hold(Error why, Reason reason) {
    const auto wait = backoff_.next();
    happenings_.fetch_failed(scope_, reason, why, wait);
    return LogsAnswer(LogsAnswer::Kind::hold, std::move(why), wait);
}

LogsAnswer LogsClient::hold_as_too_heavy(Error why) {
    LogsAnswer answer = hold(std::move(why));
    answer.too_heavy = true;
    return answer;
}

LogsAnswer LogsClient::hold_for_rate_limit(std::string_view kind, bool concurrency) {
    const auto backoff = backoff_.next();
    const double jitter = static_cast<double>(backoff_.jitter(milliseconds(1'000)).count()) / 1'000;
    const auto wait = concurrency ? backoff : wait_after_429(rate_limit_, backoff, jitter);
    happenings_.rate_limited(scope_, kind, wait);
    return LogsAnswer(LogsAnswer::Kind::hold, Error(ErrorKind::transient, "rate limited"), wait);
}

}  // namespace oktail
