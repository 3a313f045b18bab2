#include "simulator/faults.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace oktail::simulator {
namespace {

using boost::json::object;
using boost::json::value;
using std::chrono::milliseconds;

double number(const object& from, std::string_view key, double otherwise) {
    const value* found = from.if_contains(key);
    boost::json::error_code ec;
    const double got = found && found->is_number() ? found->to_number<double>(ec) : otherwise;
    return ec ? otherwise : got;
}
std::size_t count(const object& from, std::string_view key, std::size_t otherwise) {
    return static_cast<std::size_t>(std::max(0.0, number(from, key, static_cast<double>(otherwise))));
}
std::string text(const object& from, std::string_view key, std::string_view otherwise = {}) {
    const value* found = from.if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string(otherwise);
}
milliseconds seconds_of(const object& from, std::string_view key, double otherwise) {
    return milliseconds(static_cast<std::int64_t>(number(from, key, otherwise) * 1000));
}

// How each fault is done, by its name under "do".
void answer(Strike& strike, const object& what) {
    strike.status = static_cast<unsigned>(count(what, "status", 500));
    strike.body = text(what, "body");
    const value* standard = what.if_contains("standard_headers");
    strike.standard_headers = !standard || !standard->is_bool() || standard->get_bool();
    if (const value* headers = what.if_contains("headers"); headers && headers->is_array())
        for (const value& line : headers->get_array())
            if (line.is_array() && line.get_array().size() == 2 && line.get_array()[0].is_string() &&
                line.get_array()[1].is_string())
                strike.headers.emplace_back(line.get_array()[0].get_string(), line.get_array()[1].get_string());
}
void rate_limit(Strike& strike, const object& what) {
    strike.reset_in = std::chrono::seconds(count(what, "reset_in", 30));
    strike.limit = count(what, "limit", 60);
    const std::size_t retry_after = count(what, "retry_after", 0);
    if (retry_after != 0) strike.headers.emplace_back("Retry-After", std::to_string(retry_after));
}
void concurrency(Strike& strike, const object& what) {
    strike.reset_in = std::chrono::seconds(count(what, "reset_in", 3));
    strike.limit = 0;
}
void bearer(Strike& strike, unsigned status, std::string_view error, std::string_view description) {
    strike.status = status;
    strike.bearer_error = error;
    strike.bearer_description = description;
}
void token_expired(Strike& strike, const object&) { bearer(strike, 401, "invalid_token", "The token has expired."); }
void token_revoked(Strike& strike, const object&) {
    bearer(strike, 401, "invalid_token", "The access token has been revoked.");
}
void token_invalid(Strike& strike, const object&) {
    strike.status = 401;
    strike.headers.emplace_back("WWW-Authenticate",
                                "Bearer error=\"invalid_token\", error_description=\"The access token is invalid\"");
}
void token_unknown(Strike& strike, const object&) {
    strike.status = 401;
    strike.okta_code = "E0000011";
    strike.okta_summary = "Invalid token provided";
}
void scope_missing(Strike& strike, const object&) {
    bearer(strike, 403, "insufficient_scope", "The access token provided does not contain the required scopes.");
}
void role_missing(Strike& strike, const object&) {
    strike.status = 403;
    strike.okta_code = "E0000006";
    strike.okta_summary = "You do not have permission to perform the requested action";
}
void overloaded(Strike& strike, const object&) {
    strike.status = 400;
    strike.headers.emplace_back("Content-Type", "application/json");
    strike.body = R"({"error":"temporarily_unavailable","error_description":"The authorization server is currently unable to )"
                  R"(handle the request due to a temporary overloading or maintenance of the server."})";
}
void token_fields(Strike& strike, const object& what) {
    if (const value* set = what.if_contains("set"); set && set->is_object()) strike.token_fields = set->get_object();
}
void reset(Strike& strike, const object&) {
    strike.transmission.silent = true;
    strike.transmission.ending = Transmission::Ending::reset;
}
void close(Strike& strike, const object&) {
    strike.transmission.silent = true;
    strike.transmission.ending = Transmission::Ending::close;
}
void reset_in_body(Strike& strike, const object& what) {
    strike.transmission.cut_after = count(what, "after", 100);
    strike.transmission.ending = Transmission::Ending::reset;
}
void cut_body(Strike& strike, const object& what) {
    strike.transmission.cut_after = count(what, "after", 100);
    strike.transmission.ending = Transmission::Ending::close;
}
void cut_gzip(Strike& strike, const object& what) { strike.gzip_cut = count(what, "bytes", 20); }
void wrong_length(Strike& strike, const object& what) {
    strike.missing_bytes = count(what, "missing", 10);
    strike.transmission.ending = Transmission::Ending::close;
}
void stall(Strike& strike, const object& what) { strike.transmission.stall = seconds_of(what, "seconds", 10); }
void black_hole(Strike& strike, const object& what) {
    strike.transmission.stall = seconds_of(what, "seconds", 600);
    strike.transmission.silent = true;
    strike.transmission.ending = Transmission::Ending::close;
}
void slow(Strike& strike, const object& what) {
    strike.transmission.piece = count(what, "piece", 64);
    strike.transmission.pause = milliseconds(count(what, "pause_ms", 10));
}
void chunked(Strike& strike, const object& what) {
    strike.transmission.chunked = true;
    strike.transmission.piece = count(what, "piece", 8192);
}
void close_after(Strike& strike, const object&) { strike.transmission.ending = Transmission::Ending::close; }
void short_page(Strike& strike, const object& what) { strike.page.length = count(what, "length", 34); }
void repeat_events(Strike& strike, const object& what) { strike.page.repeated = count(what, "count", 1); }
void insert_event(Strike& strike, const object& what) { strike.page.inserted = text(what, "text", R"({"published":null})"); }
void wrong_body(Strike& strike, const object& what) { strike.page.body = text(what, "body", "{}"); }
void cursor_refused(Strike& strike, const object&) { strike.page.cursor_refused = true; }
void no_next(Strike& strike, const object&) { strike.page.no_next = true; }
void next_link(Strike& strike, const object& what) { strike.page.next = text(what, "url", "https://evil.example{target}"); }

struct Deed {
    std::string_view name;
    void (*act)(Strike&, const object&);
};
constexpr std::array deeds{
    Deed{"answer", answer},
    Deed{"rate_limit", rate_limit},
    Deed{"concurrency", concurrency},
    Deed{"token_expired", token_expired},
    Deed{"token_revoked", token_revoked},
    Deed{"token_invalid", token_invalid},
    Deed{"token_unknown", token_unknown},
    Deed{"scope_missing", scope_missing},
    Deed{"role_missing", role_missing},
    Deed{"overloaded", overloaded},
    Deed{"token_fields", token_fields},
    Deed{"reset", reset},
    Deed{"close", close},
    Deed{"reset_in_body", reset_in_body},
    Deed{"cut_body", cut_body},
    Deed{"cut_gzip", cut_gzip},
    Deed{"wrong_length", wrong_length},
    Deed{"stall", stall},
    Deed{"black_hole", black_hole},
    Deed{"slow", slow},
    Deed{"chunked", chunked},
    Deed{"close_after", close_after},
    Deed{"short_page", short_page},
    Deed{"repeat_events", repeat_events},
    Deed{"insert_event", insert_event},
    Deed{"wrong_body", wrong_body},
    Deed{"cursor_refused", cursor_refused},
    Deed{"no_next", no_next},
    Deed{"next_link", next_link},
};

const Deed* deed_named(std::string_view name) {
    const auto found = std::ranges::find(deeds, name, &Deed::name);
    return found == deeds.end() ? nullptr : &*found;
}

Error refused(const std::string& why) { return {ErrorKind::rejected, "faults: " + why}; }

}  // namespace

Result<void> Faults::add(std::string_view json, UtcTime now) {
    boost::json::error_code ec;
    value parsed = boost::json::parse(json, ec);
    if (ec) return refused(ec.message());
    if (parsed.is_object()) parsed = boost::json::array{std::move(parsed)};
    if (!parsed.is_array()) return refused("an array of objects is expected");
    std::vector<Fault> added;
    for (const value& element : parsed.get_array()) {
        if (!element.is_object()) return refused("an array of objects is expected");
        auto fault = read(element.get_object(), now);
        if (!fault) return fault.error();
        added.push_back(std::move(*fault));
    }
    std::ranges::move(added, std::back_inserter(faults_));
    return {};
}

Result<Faults::Fault> Faults::read(const object& from, UtcTime now) {
    Fault fault;
    const std::string name = text(from, "do");
    if (!deed_named(name)) return refused("unknown \"do\": \"" + name + "\"");
    fault.org = text(from, "org");
    const std::string endpoint = text(from, "endpoint");
    if (endpoint == "logs") fault.endpoint = Endpoint::logs;
    else if (endpoint == "revoke") fault.endpoint = Endpoint::revoke;
    else if (endpoint == "token") fault.endpoint = Endpoint::token;
    else if (!endpoint.empty()) return refused("unknown \"endpoint\": \"" + endpoint + "\"");
    if (from.contains("nth")) fault.nth = count(from, "nth", 1);
    if (from.contains("times") || fault.nth) fault.times = count(from, "times", 1);
    fault.probability = number(from, "probability", 1);
    fault.from = now + seconds_of(from, "from_s", 0);
    if (from.contains("until_s")) fault.until = now + seconds_of(from, "until_s", 0);
    fault.what = from;
    return fault;
}

bool Faults::strikes(Fault& fault, const Org& org, Endpoint endpoint, UtcTime now) {
    if (!fault.org.empty() && fault.org != org.options.host) return false;
    if (fault.endpoint && *fault.endpoint != endpoint) return false;
    if (now < fault.from || (fault.until && now >= *fault.until)) return false;
    ++fault.seen;
    if (fault.nth && fault.seen < *fault.nth) return false;
    if (fault.times && fault.struck >= *fault.times) return false;
    if (fault.probability < 1 && !random_.happens(fault.probability)) return false;
    ++fault.struck;
    return true;
}

Strike Faults::strike(const Org& org, Endpoint endpoint, UtcTime now) {
    Strike strike;
    for (Fault& fault : faults_) {
        if (!strikes(fault, org, endpoint, now)) continue;
        const Deed* deed = deed_named(text(fault.what, "do"));
        deed->act(strike, fault.what);
        ++struck_[deed->name];
    }
    return strike;
}

}  // namespace oktail::simulator
