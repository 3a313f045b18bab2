#include "simulator/logs_endpoint.hpp"

#include "simulator/logs_query.hpp"
#include "simulator/proof.hpp"
#include "simulator/url_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <vector>

namespace oktail::simulator {
namespace {

/// Which events a page has, and where the next one begins.
struct Page {
    std::vector<std::size_t> events;
    std::optional<Cursor> next;
};

bool passes(const LogStore& log, std::size_t index, const LogsQuery& query) {
    if (!query.filter) return true;
    boost::json::error_code ec;
    const auto event = boost::json::parse(log.json(index), ec);
    return !ec && query.filter->matches(event);
}

/// By persistence, for ever: the next page begins behind what this one has looked at.
Page polling_page(const Org& org, const LogsQuery& query, UtcTime now) {
    const LogStore& log = org.log;
    Page page;
    const Cursor begin = query.after.value_or(Cursor{log.first_since(query.since), query.since});
    Cursor next = begin;
    for (; next.position < log.size() && page.events.size() < query.limit; ++next.position)
        if (passes(log, next.position, query)) page.events.push_back(next.position);
    if (next.position != begin.position) next.stamp = log.persisted(next.position - 1);
    if (!page.events.empty()) page.next = next;
    else if (org.options.empty_next == EmptyNext::moved) page.next = Cursor{next.position, std::max(now, next.stamp)};
    else if (org.options.empty_next == EmptyNext::same) page.next = next;
    return page;
}

/// By `published`, either way round, until the last one.
Page bounded_page(const Org& org, const LogsQuery& query) {
    const LogStore& log = org.log;
    using Key = std::pair<UtcTime, std::size_t>;
    std::vector<Key> found;
    for (std::size_t i = 0; i < log.size(); ++i) {
        const UtcTime published = log.published(i);
        if (published >= query.since && published <= *query.until) found.emplace_back(published, i);
    }
    std::ranges::sort(found);
    if (query.descending) std::ranges::reverse(found);
    auto at = found.begin();
    if (query.after) {
        const Key last{log.published(query.after->position), query.after->position};
        const auto is_served = [&](const Key& key) { return query.descending ? key >= last : key <= last; };
        at = std::ranges::partition_point(found, is_served);
    }
    Page page;
    for (; at != found.end() && page.events.size() < query.limit; ++at)
        if (passes(log, at->second, query)) page.events.push_back(at->second);
    if (at != found.end()) page.next = Cursor{std::prev(at)->second, std::prev(at)->first};
    return page;
}

std::string body_of(const LogStore& log, const Page& page, const PageFault& fault) {
    std::string body;
    body.reserve(2 + page.events.size() * 2'600);
    const auto open = [&body] { body += body.empty() ? '[' : ','; };
    const std::size_t first = page.events.empty() ? log.size() : page.events.front();
    for (std::size_t i = first - std::min(first, fault.repeated); i < first; ++i) {
        open();
        log.append_json(body, i);
    }
    for (const std::size_t index : page.events) {
        open();
        log.append_json(body, index);
    }
    if (fault.inserted) {
        open();
        body += *fault.inserted;
    }
    if (body.empty()) body = "[";
    return body += ']';
}

std::string link(std::string_view url, std::string_view relation) {
    return "<" + std::string(url) + ">; rel=\"" + std::string(relation) + "\"";
}

void add_links(Answer& answer, const Org& org, const Request& request, const Page& page, const PageFault& fault) {
    const std::string origin = "https://" + std::string(request.find("Host").value_or(org.options.host));
    const std::string self = link(origin + request.target, "self");
    std::optional<std::string> next;
    if (page.next && !fault.no_next) {
        const std::string target = next_target(org, request.target, *page.next);
        std::string url = fault.next.value_or("{origin}{target}");
        if (const auto at = url.find("{origin}"); at != std::string::npos) url.replace(at, 8, origin);
        if (const auto at = url.find("{target}"); at != std::string::npos) url.replace(at, 8, target);
        next = link(url, "next");
    }
    if (next && org.options.links == LinkStyle::joined) {
        answer.headers.emplace_back("link", self + ", " + *next);
        return;
    }
    answer.headers.emplace_back("link", self);
    if (next) answer.headers.emplace_back("link", *next);
}

/// Whether the token, bound to a key or not, came as it must.
std::optional<Answer> refuse_binding(Org& org, const Request& request, std::string_view scheme, std::string_view text,
                                     const AccessToken& token, UtcTime now) {
    const std::string& host = org.options.host;
    if (scheme == "DPoP" && token.key.empty())
        return bearer_refusal(host, 401, "invalid_token", "The presented access_token is not DPoP bound.");
    if (scheme == "DPoP") {
        const auto field = request.find("DPoP");
        if (!field) return dpop_refusal(host, "invalid_request", "The resource request requires a DPoP proof.");
        const std::string url = "https://" + host + std::string(path_of(request.target));
        const auto proof = check_proof(org, *field, {request.method, url, text}, now);
        if (const auto* why = std::get_if<std::string>(&proof)) return dpop_refusal(host, "invalid_dpop_proof", *why);
        if (std::get<Proof>(proof).key != token.key)
            return dpop_refusal(host, "invalid_dpop_proof", "The access token is not bound to the DPoP proof JWT.");
    } else if (!token.key.empty()) {
        org.violations.add("a token bound to a key was sent as Bearer");
        return dpop_refusal(host, "invalid_request",
                            "The resource request must use the DPoP authentication scheme when using a DPoP bound token.");
    }
    return std::nullopt;
}

/// Whoever may not see the log, and why.
std::optional<Answer> refuse_access(Org& org, const Request& request, UtcTime now) {
    const std::string& host = org.options.host;
    const auto authorization = request.find("Authorization");
    if (!authorization) {
        org.violations.add("request to /logs without Authorization");
        return okta_error(org.random, 403, "E0000005", "Invalid session");
    }
    const std::string_view scheme = authorization->substr(0, authorization->find(' '));
    if (scheme.size() == authorization->size() || (scheme != "Bearer" && scheme != "DPoP"))
        return okta_error(org.random, 401, "E0000011", "Invalid token provided");
    const std::string_view text = authorization->substr(scheme.size() + 1);
    const AccessToken* token = org.clients.find_token(text);
    if (!token) return bearer_refusal(host, 401, "invalid_token", "The access token is invalid.");
    const Client* client = org.clients.find(token->client_id);
    if (token->revoked || !client) return bearer_refusal(host, 401, "invalid_token", "The access token has been revoked.");
    if (auto refusal = refuse_binding(org, request, scheme, text, *token, now)) return refusal;
    if (now >= token->expires) return bearer_refusal(host, 401, "invalid_token", "The token has expired.");
    if (!client->scope_granted)
        return bearer_refusal(host, 403, "insufficient_scope",
                              "The access token provided does not contain the required scopes.");
    if (!client->role_assigned)
        return okta_error(org.random, 403, "E0000006", "You do not have permission to perform the requested action");
    return std::nullopt;
}

bool takes_json(const Request& request) {
    const std::string_view accept = request.find("Accept").value_or("*/*");
    return accept.find("application/json") != std::string_view::npos || accept.find("*/*") != std::string_view::npos;
}

}  // namespace

Answer logs_endpoint(Org& org, const Request& request, UtcTime now, const PageFault& fault, RateState& rate) {
    if (request.method != "GET")
        return okta_error(org.random, 405, "E0000022", "The endpoint does not support the provided HTTP method");
    if (query_of(request.target).find("access_token=") != std::string_view::npos) {
        org.violations.add("access token in the query");
        return bearer_refusal(org.options.host, 400, "invalid_request",
                              "The access token cannot be presented in a query string.");
    }
    rate = org.logs_window.count(now);
    if (auto refusal = refuse_access(org, request, now)) return std::move(*refusal);
    if (rate.exceeded) return too_many_requests(org.random);
    if (!takes_json(request))
        return okta_error(org.random, 400, "E0000021",
                          "Bad request. Accept and/or Content-Type headers likely do not match supported values.");
    auto read = read_logs_query(org, request, now);
    if (auto* refusal = std::get_if<Answer>(&read)) return std::move(*refusal);

    LogsQuery& query = std::get<LogsQuery>(read);
    if (fault.cursor_refused && query.after) return invalid_parameter(org.random, "after", "is not valid");
    if (fault.length) query.limit = std::min(query.limit, *fault.length);
    const Page page = query.until ? bounded_page(org, query) : polling_page(org, query, now);
    Answer answer(200, {{"Content-Type", "application/json"}}, fault.body ? *fault.body : body_of(org.log, page, fault));
    add_links(answer, org, request, page, fault);
    org.events_served += page.events.size();
    return answer;
}

}  // namespace oktail::simulator
