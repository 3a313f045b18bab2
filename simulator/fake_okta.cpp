#include "simulator/fake_okta.hpp"

#include "core/time_text.hpp"
#include "simulator/crypto.hpp"
#include "simulator/gzip.hpp"
#include "simulator/jwt.hpp"
#include "simulator/logs_endpoint.hpp"
#include "simulator/token_endpoint.hpp"
#include "simulator/url_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace oktail::simulator {
namespace {

using std::chrono::seconds;

/// A server that says what it must not: "{authorization}" in a script is what the request had.
void echo(Strike& strike, std::string_view authorization) {
    constexpr std::string_view name = "{authorization}";
    const auto fill = [&](std::string& text) {
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + authorization.size()))
            text.replace(at, name.size(), authorization);
    };
    fill(strike.body);
    for (auto& header : strike.headers) fill(header.second);
    if (strike.page.next) fill(*strike.page.next);
    if (strike.page.body) fill(*strike.page.body);
}

/// A refusal that the script asks for, or nothing.
std::optional<Answer> scripted(Org& org, Endpoint endpoint, const Strike& strike, UtcTime now, RateState& rate) {
    if (strike.reset_in) {
        rate = {strike.limit, 0, std::chrono::ceil<seconds>(now) + *strike.reset_in, true};
        Answer answer = too_many_requests(org.random);
        for (const auto& header : strike.headers) answer.headers.push_back(header);
        return answer;
    }
    if (strike.status == 0) return std::nullopt;
    if (endpoint == Endpoint::logs) rate = org.logs_window.count(now);
    if (endpoint == Endpoint::token) rate = org.token_window.count(now);
    if (!strike.bearer_error.empty())
        return bearer_refusal(org.options.host, strike.status, strike.bearer_error, strike.bearer_description);
    if (!strike.okta_code.empty()) return okta_error(org.random, strike.status, strike.okta_code, strike.okta_summary);
    return Answer(strike.status, strike.headers, strike.body);
}

void change_token_fields(Answer& answer, const boost::json::object& changes) {
    if (changes.empty() || answer.status != 200) return;
    boost::json::error_code ec;
    boost::json::value body = boost::json::parse(answer.text(), ec);
    if (ec || !body.is_object()) return;
    for (const auto& [key, value] : changes) {
        if (value.is_null()) body.get_object().erase(key);
        else body.get_object()[key] = value;
    }
    answer.body = std::make_shared<const std::string>(boost::json::serialize(body));
}

bool wants_gzip(const Request& request) {
    const std::string_view accepted = request.find("Accept-Encoding").value_or("");
    const std::size_t at = accepted.find("gzip");
    return at != std::string_view::npos && !accepted.substr(at).starts_with("gzip;q=0");
}

void compress(Answer& answer, const Strike& strike) {
    std::string body = gzipped(answer.text());
    if (strike.gzip_cut) body.resize(body.size() - std::min(body.size(), *strike.gzip_cut));
    answer.body = std::make_shared<const std::string>(std::move(body));
    answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.headers.emplace_back("Vary", "Accept-Encoding");
}

/// What Okta puts on every answer. A script's own header of the same name wins.
void dress(Answer& answer, Org& org, const RateState& rate, UtcTime now) {
    HeaderLines lines;
    const auto add = [&](std::string_view name, std::string value) {
        if (!has_header(answer, name)) lines.emplace_back(name, std::move(value));
    };
    add("Date", http_date(now));
    add("X-Okta-Request-Id", org.random.id("", 27));
    if (rate.reset != std::chrono::sys_seconds{}) {
        add("X-Rate-Limit-Limit", std::to_string(rate.limit));
        add("X-Rate-Limit-Remaining", std::to_string(rate.remaining));
        add("X-Rate-Limit-Reset", std::to_string(rate.reset.time_since_epoch().count()));
    }
    add("Cache-Control", "no-cache, no-store");
    add("Pragma", "no-cache");
    add("Expires", "0");
    add("Strict-Transport-Security", "max-age=315360000; includeSubDomains");
    answer.headers.insert(answer.headers.begin(), lines.begin(), lines.end());
}

void deliver(Answer& answer, const Strike& strike) {
    answer.transmission = strike.transmission;
    if (strike.missing_bytes) answer.transmission.claimed_size = answer.text().size() + *strike.missing_bytes;
}

/// The credential of a request, if it has one.
std::string_view credential_of(const Request& request) {
    const std::string_view authorization = request.find("Authorization").value_or("");
    return authorization.substr(std::min(authorization.size(), authorization.find(' ') + 1));
}

bool is_credential_of(Org& org, const Request& request) {
    const std::string_view credential = credential_of(request);
    if (credential.empty()) return false;
    if (org.clients.find_token(credential)) return true;
    const std::string basic = from_base64(credential).value_or("");
    return org.clients.find(std::string_view(basic).substr(0, basic.find(':'))) != nullptr;
}

}  // namespace

FakeOkta::FakeOkta(Options options) : faults_(options.seed) {
    for (OrgOptions& each : options.orgs) {
        const std::string host = each.host;
        const auto [place, fresh] =
            orgs_.try_emplace(host, std::move(each), options.seed, options.token_lifetime, options.start);
        if (!fresh) continue;
        Org& org = place->second;
        // Six days and a bit before the start, so ahead of any backlog.
        const UtcTime given_at = options.start - std::chrono::hours(6 * 24 + 1);
        for (const GivenEvent& event : options.events) org.log.persist(given_at, event);
        org.traffic.fill_backlog(org.log, org.options.backlog, options.start);
    }
}

Org* FakeOkta::find(std::string_view host) {
    const auto found = orgs_.find(host);
    return found == orgs_.end() ? nullptr : &found->second;
}

void FakeOkta::flow(UtcTime now) {
    for (auto& [host, org] : orgs_) org.traffic.flow(org.log, now);
}

std::string_view FakeOkta::host_of(const Request& request) {
    const std::string_view host = request.find("Host").value_or("");
    return host.substr(0, host.find(':'));
}

Endpoint FakeOkta::endpoint_of(const Request& request) {
    const std::string_view path = path_of(request.target);
    if (path == "/api/v1/logs") return Endpoint::logs;
    if (path == "/oauth2/v1/token") return Endpoint::token;
    if (path == "/oauth2/v1/revoke") return Endpoint::revoke;
    return Endpoint::other;
}

Answer FakeOkta::answer(const Request& request, UtcTime now) {
    Org* const org = find(host_of(request));
    if (!org) {
        Random random(hash_of(request.target));
        return okta_error(random, 404, "E0000008", "The requested path was not found");
    }
    org->traffic.flow(org->log, now);
    const Endpoint endpoint = endpoint_of(request);
    Strike strike = faults_.strike(*org, endpoint, now);
    echo(strike, request.find("Authorization").value_or(""));
    judge(*org, endpoint, request, now);

    RateState rate{};
    Answer answer = serve(*org, endpoint, request, now, strike, rate);
    // A concurrency 429 guesses; the other one announces.
    if (answer.status == 429 && rate.limit != 0) org->not_before[endpoint] = rate.reset;
    if (endpoint == Endpoint::logs && answer.status == 200 && wants_gzip(request)) compress(answer, strike);
    if (strike.standard_headers) dress(answer, *org, rate, now);
    deliver(answer, strike);
    ++org->answers[{endpoint, answer.status}];
    return answer;
}

Answer FakeOkta::serve(Org& org, Endpoint endpoint, const Request& request, UtcTime now, const Strike& strike,
                       RateState& rate) {
    if (auto answer = scripted(org, endpoint, strike, now, rate)) return std::move(*answer);
    if (endpoint == Endpoint::logs) return logs_endpoint(org, request, now, strike.page, rate);
    if (endpoint == Endpoint::revoke) return revoke_endpoint(org, request, now);
    if (endpoint == Endpoint::other) return okta_error(org.random, 404, "E0000007", "Not found: Resource not found");
    Answer answer = token_endpoint(org, request, now, rate);
    change_token_fields(answer, strike.token_fields);
    return answer;
}

/// A `jti` is used up by the request that carries it, whatever its answer is.
void use_up(OneTimeIds& ids, std::string_view text, const char* what, Violations& violations) {
    const auto jwt = parse_jwt(text);
    if (!jwt || jwt->claim_text("jti").empty()) return;
    ids.seen(jwt->claim_text("jti"));
    if (ids.was_used_before(jwt->claim_text("jti"))) violations.add(what);
}

/// What is wrong about a request whatever its answer is.
void FakeOkta::judge(Org& org, Endpoint endpoint, const Request& request, UtcTime now) {
    if (const auto proof = request.find("DPoP")) use_up(org.proof_ids, *proof, "a DPoP proof was sent twice", org.violations);
    if (endpoint == Endpoint::token || endpoint == Endpoint::revoke)
        if (const auto form = parameters_of(request.body))
            if (const Parameter* assertion = simulator::find(*form, "client_assertion"))
                use_up(org.assertion_ids, assertion->value, "an assertion was sent twice", org.violations);
    if (now < org.not_before[endpoint]) org.violations.add("a request before an announced wait had passed");
    if (is_credential_of(org, request)) return;
    for (auto& [host, other] : orgs_)
        if (&other != &org && is_credential_of(other, request)) org.violations.add("a credential of another org was sent here");
}

Result<std::vector<GivenEvent>> read_events(std::string_view ndjson, UtcTime unless_published) {
    std::vector<GivenEvent> events;
    for (std::size_t line_number = 1; !ndjson.empty(); ++line_number) {
        const std::string_view line = ndjson.substr(0, ndjson.find('\n'));
        ndjson.remove_prefix(std::min(ndjson.size(), line.size() + 1));
        if (line.empty()) continue;
        boost::json::error_code ec;
        const auto event = boost::json::parse(line, ec);
        if (ec || !event.is_object())
            return Error(ErrorKind::rejected, "line " + std::to_string(line_number) + " is not a JSON object");
        const auto text = [&event](const char* key) {
            const auto* found = event.get_object().if_contains(key);
            return found && found->is_string() ? std::string(found->get_string()) : std::string();
        };
        events.push_back({text("uuid"), parse_rfc3339(text("published")).value_or(unless_published), std::string(line)});
    }
    return events;
}

}  // namespace oktail::simulator
