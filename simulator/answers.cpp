#include "simulator/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace oktail::simulator {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

Answer json(unsigned status, const boost::json::object& body) {
    return Answer(status, {{"Content-Type", "application/json"}}, boost::json::serialize(body));
}

}  // namespace

Answer okta_error(Random& random, unsigned status, std::string_view code, std::string_view summary,
                  const std::vector<std::string>& causes) {
    boost::json::array listed;
    for (const std::string& cause : causes) listed.push_back(boost::json::object{{"errorSummary", cause}});
    return json(status, {{"errorCode", code},
                         {"errorSummary", summary},
                         {"errorLink", code},
                         {"errorId", random.id("oae", 22)},
                         {"errorCauses", std::move(listed)}});
}

Answer too_many_requests(Random& random) {
    return okta_error(random, 429, "E0000047", "API call exceeded rate limit due to too many requests.");
}

Answer invalid_parameter(Random& random, std::string_view name, std::string_view why) {
    const std::string summary = "Api validation failed: " + std::string(name);
    return okta_error(random, 400, "E0000001", summary, {std::string(name) + ": " + std::string(why)});
}

Answer oauth_error(unsigned status, std::string_view error, std::string_view description) {
    return json(status, {{"error", error}, {"error_description", description}});
}

Answer invalid_client(std::string_view host, std::string_view description) {
    Answer answer = oauth_error(401, "invalid_client", description);
    answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"https://" + std::string(host) + "\"");
    return answer;
}

namespace {

Answer refusal(std::string_view host, unsigned status, std::string_view scheme, std::string_view error,
               std::string_view description) {
    // http, not https: that is how Okta writes it.
    const std::string origin = "http://" + std::string(host);
    std::string challenge =
        std::string(scheme) + " authorization_uri=\"" + origin + "/oauth2/v1/authorize\", realm=\"" + origin + "\"";
    challenge.append(", scope=\"okta.logs.read\", error=\"").append(error).append("\", error_description=\"");
    challenge.append(description).append("\", resource=\"/api/v1/logs\"");
    return Answer(status, {{"WWW-Authenticate", std::move(challenge)}});
}

}  // namespace

Answer bearer_refusal(std::string_view host, unsigned status, std::string_view error, std::string_view description) {
    return refusal(host, status, "Bearer", error, description);
}

Answer dpop_refusal(std::string_view host, std::string_view error, std::string_view description) {
    return refusal(host, 400, R"(DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512",)", error, description);
}

void set_header(Answer& answer, std::string_view name, std::string value) {
    std::erase_if(answer.headers, [name](const auto& header) { return same_name(header.first, name); });
    answer.headers.emplace_back(name, std::move(value));
}

bool has_header(const Answer& answer, std::string_view name) {
    return std::ranges::any_of(answer.headers, [name](const auto& header) { return same_name(header.first, name); });
}

}  // namespace oktail::simulator
