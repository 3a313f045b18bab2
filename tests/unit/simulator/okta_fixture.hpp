#pragma once

#include "core/time_text.hpp"
#include "simulator/crypto.hpp"
#include "simulator/fake_okta.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>
#include <vector>

namespace oktail::simulator {

inline UtcTime at(std::string_view text) { return parse_rfc3339(text).value(); }

/// One org, a client that knows its secret, and a clock that stands still.
class FakeOktaTest : public testing::Test {
protected:
    static constexpr std::string_view host = "acme.okta.com";

    static OrgOptions org_options(std::size_t backlog = 0) {
        OrgOptions org;
        org.host = host;
        org.backlog = backlog;
        org.limit = 1'000;
        return org;
    }
    void open(OrgOptions org) {
        Options options;
        options.orgs = {std::move(org)};
        OrgOptions other;
        other.host = "globex.okta.com";
        options.orgs.push_back(std::move(other));
        options.start = now_;
        okta_.emplace(std::move(options));
    }
    FakeOkta& okta() { return *okta_; }
    Org& org() { return *okta_->find(host); }
    Client& client() { return *org().clients.find(org().client_id); }

    std::string basic(std::string_view secret) { return "Basic " + base64(org().client_id + ":" + std::string(secret)); }
    Request token_request() {
        return Request("POST", "/oauth2/v1/token",
                       {{"Host", std::string(host)},
                        {"Authorization", basic(client().secrets.front().text)},
                        {"Accept", "application/json"},
                        {"User-Agent", "test/1.0"},
                        {"Content-Type", "application/x-www-form-urlencoded"}},
                       "grant_type=client_credentials&scope=okta.logs.read");
    }
    Answer ask(const Request& request) { return okta_->answer(request, now_); }
    std::string token() {
        const Answer answer = ask(token_request());
        return std::string(boost::json::parse(answer.text()).at("access_token").as_string());
    }
    Request logs_request(std::string target) {
        if (token_.empty()) token_ = token();
        return Request("GET", std::move(target),
                       {{"Host", std::string(host)}, {"Authorization", "Bearer " + token_}, {"Accept", "application/json"}});
    }
    Answer get(std::string target) { return ask(logs_request(std::move(target))); }

    static std::vector<std::string> all(const Answer& answer, std::string_view name) {
        std::vector<std::string> values;
        for (const auto& [key, value] : answer.headers)
            if (key == name) values.push_back(value);
        return values;
    }
    static std::string one(const Answer& answer, std::string_view name) {
        const auto values = all(answer, name);
        return values.size() == 1 ? values.front() : "(" + std::to_string(values.size()) + " lines)";
    }
    /// The target of the next link; empty if there is none.
    static std::string next(const Answer& answer) {
        const std::string origin = "<https://" + std::string(host);
        for (const std::string& line : all(answer, "link"))
            if (const auto end = line.find(">; rel=\"next\""); end != std::string::npos) {
                const auto begin = line.rfind(origin, end) + origin.size();
                return line.substr(begin, end - begin);
            }
        return {};
    }
    static std::vector<std::string> uuids(const Answer& answer) {
        std::vector<std::string> out;
        const auto page = boost::json::parse(answer.text());
        for (const auto& event : page.as_array()) out.emplace_back(event.at("uuid").as_string());
        return out;
    }
    static std::string code(const Answer& answer) {
        return std::string(boost::json::parse(answer.text()).at("errorCode").as_string());
    }
    static std::string error(const Answer& answer) {
        return std::string(boost::json::parse(answer.text()).at("error").as_string());
    }

    UtcTime now_ = at("2026-01-06T10:00:12.000Z");
    std::optional<FakeOkta> okta_;
    std::string token_;
};

constexpr const char* since_january = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING";

}  // namespace oktail::simulator
