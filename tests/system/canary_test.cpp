// P9: whatever happens, no secret is in anything that oktail writes. Secrets that are easy to recognise go in, servers say what
// they must not say, and everything that came out is searched.

#include "system/canary.hpp"
#include "http/unix_client.hpp"
#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const std::string acme = "acme.okta.com";
const std::string globex = "globex.okta.com";
const std::string initech = "initech.okta.com";

// Okta's secrets have 64 characters of this alphabet.
const std::string wrong_secret = "wrongCanary-Xk29_vTq8LmZrP4sYhN7bWcE1fJgU5dAoI3xKpM6tRyQ0uVnB-_z";
const std::string right_secret = "rightCanary-Gp51_wSd3QhVnE9kZtL2cXbR8mJfY6uTaO4iWqC7eKxP0yMgN-_v";

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Canary, IsSeenInEveryCoding) {
    std::string text;  // of characters that every coding writes in a way of its own
    for (int i = 0; i < 14; ++i) text += "~?>";
    const Canary canary(text);
    const auto found = [&](const std::string& coded) { return canary.found_in("before " + coded + " behind"); };

    EXPECT_EQ(found(text), "as it is");
    for (const std::string before : {"", "i", "id", "id:"}) {
        EXPECT_EQ(found(base64(before + text + "!")), "base64");
        EXPECT_EQ(found(base64url(before + text + "!")), "base64url");
    }
    EXPECT_EQ(found(hex(text, lower_digits)), "hex");
    EXPECT_EQ(found(hex(text, upper_digits)), "hex");
    EXPECT_EQ(found(hex(text, lower_digits, "\\x")), "hex");
    EXPECT_EQ(found(url_encoded(text, lower_digits)), "URL");
    EXPECT_EQ(found(url_encoded(text, upper_digits)), "URL");
    EXPECT_EQ(found(hex(text, upper_digits, "%")), "URL");
}

TEST(Canary, IsSeenInPieces) {
    const Canary canary(right_secret);

    for (std::size_t at = 0; at + 24 <= right_secret.size(); ++at)
        EXPECT_NE(canary.found_in("..." + right_secret.substr(at, 24) + "..."), "");
}

TEST(Canary, IsNotSeenWhereItIsNot) { EXPECT_EQ(Canary(right_secret).found_in(wrong_secret + " " + base64(wrong_secret)), ""); }

class CanaryTest : public testing::TestWithParam<std::string> {
protected:
    void add_tenants() {
        for (const std::string& org : {acme, globex, initech}) {
            simulator_.control("POST", "/secrets?org=" + org, right_secret);
            write_secret(org, wrong_secret);
        }
        daemon_.add_tenant(acme);
        daemon_.add_tenant(globex);
        // And an org whose certificate is another's.
        daemon_.add_tenant(initech, "  - name: stranger\n    domain: stranger.okta.com\n    connect_to: 127.0.0.1:" +
                                        std::to_string(simulator_.port()) + "\n    ca_file: " + simulator_.ca_file().string() +
                                        "\n    auth: {method: client_secret, client_id: 0oastranger, client_secret_files: [" +
                                        simulator_.org(acme).secret_file.string() + "]}\n    sinks: [files]\n");
        daemon_.more = "admin: {listen: \"unix:" + (dir_ / "admin.sock").string() + "\"}\n";
        daemon_.logging = "{level: trace, format: " + GetParam() + "}";
    }
    void write_secret(const std::string& org, const std::string& secret) const {
        const fs::path file = simulator_.org(org).secret_file;
        std::ofstream(file.string() + ".new") << secret;
        fs::permissions(file.string() + ".new", fs::perms::owner_read | fs::perms::owner_write);
        fs::rename(file.string() + ".new", file);
    }
    void fault(const std::string& org, const std::string& endpoint, int nth, const std::string& what) const {
        simulator_.control("POST", "/faults",
                           R"({"org":")" + org + R"(","endpoint":")" + endpoint + R"(","nth":)" + std::to_string(nth) +
                               R"(,"do":)" + what + "}");
    }
    static std::string says(int status, const std::string& body, const std::string& headers = {}) {
        return R"("answer","status":)" + std::to_string(status) + R"(,"body":")" + body + R"(","headers":[)" + headers + "]";
    }
    /// What of this the log does not say yet.
    std::string missing_in_log(const std::vector<std::string>& words) const {
        const std::string log = daemon_.log();
        const auto missing = [&log](const std::string& word) { return log.find(word) == std::string::npos; };
        const auto first = std::ranges::find_if(words, missing);
        return first == words.end() ? "" : *first;
    }
    bool all_deliver() const {
        return std::ranges::all_of(std::vector{"acme", "globex", "initech"},
                                   [this](const auto& tenant) { return fs::exists(dir_ / "out" / tenant); });
    }
    std::vector<Canary> canaries() const {
        std::vector<Canary> all{Canary(wrong_secret), Canary(right_secret)};
        for (const std::string& org : {acme, globex, initech}) {
            std::istringstream tokens(simulator_.control("/tokens?org=" + org));
            for (std::string token; tokens >> token;) all.emplace_back(token);
            for (const std::string& secret : {wrong_secret, right_secret})
                all.emplace_back(base64(simulator_.org(org).client_id + ":" + secret));
        }
        return all;
    }
    /// Everything that others may see of the process, by name.
    std::map<std::string, std::string> everything_said() {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(dir_.path())) {
            const std::string path = entry.path().string();
            const bool ours = !path.starts_with((dir_ / "simulator").string() + "/");
            if (ours && entry.is_regular_file()) all[path] = content_of(path);
        }
        const fs::path process = fs::path("/proc") / std::to_string(daemon_.process().pid());
        for (const std::string file : {"cmdline", "environ"}) all[file] = content_of(process / file);
        return all;
    }
    /// Everything that a running daemon tells who asks.
    std::map<std::string, std::string> everything_served() const {
        std::map<std::string, std::string> all;
        for (const std::string socket : {"admin.sock", "state/oktail.sock"})
            for (const std::string target : {"/", "/livez", "/readyz", "/metrics", "/status", "/no-such-page"}) {
                const auto answer = ask(dir_ / socket, "GET", target, seconds(10));
                EXPECT_TRUE(answer) << socket << target;
                all[socket + target] = answer ? answer->body : "";
            }
        return all;
    }
    void expect_silence(const std::map<std::string, std::string>& said) {
        const auto hidden = canaries();
        for (const auto& [name, text] : said)
            for (std::size_t i = 0; i < hidden.size(); ++i)
                EXPECT_EQ(hidden[i].found_in(text), "") << "canary " << i << " in " << name;
    }
    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator",
                                {acme + ",backlog=1500,limit=100000", globex + ",backlog=1500,limit=100000",
                                 initech + ",backlog=1500,rate=20,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

INSTANTIATE_TEST_SUITE_P(Logs, CanaryTest, testing::Values("text", "json"), [](const auto& log) { return log.param; });

// Not yet: its faults take their course in more than two minutes, most of it in waits between tries.
TEST_P(CanaryTest, DISABLED_NothingThatOktailWritesHoldsASecret) {
    add_tenants();
    fault(acme, "token", 1,
          says(401,
               R"({\"error\":\"invalid_client\",\"error_description\":\"not )" + wrong_secret + R"( of {authorization}\"})"));
    fault(acme, "token", 2, says(400, R"({\"error\":\")" + right_secret + R"(\",\"error_description\":\"{authorization}\"})"));
    fault(acme, "token", 3, says(429, R"({\"errorSummary\":\"{authorization}\"})", R"(["Retry-After","1"])"));
    fault(acme, "token", 4, says(200, R"({\"access_token\":1,\"x\":\"{authorization}\"})"));
    fault(acme, "token", 5, says(500, "<html>{authorization}</html>"));
    fault(globex, "token", 2, says(302, "{authorization}", R"(["Location","https://evil.example/?{authorization}"])"));
    fault(globex, "token", 3, says(200, R"({\"access_token\":\"x\",\"token_type\":\")" + right_secret + R"(\"})"));
    fault(globex, "token", 4, says(200, R"({\"access_token\":\"x\",\"scope\":\"{authorization}\"})"));
    // Good answers in between: each begins with the shortest wait again.
    fault(initech, "logs", 1,
          says(401, "", R"(["WWW-Authenticate","Bearer error=\"invalid_token\", error_description=\"{authorization}\""])"));
    fault(initech, "logs", 3,
          says(500, R"({\"errorCode\":\"E0000009\",\"errorSummary\":\"{authorization}\",\"errorId\":\"{authorization}\"})"));
    fault(initech, "logs", 5,
          says(302, "", R"(["Location","https://evil.example/{authorization}"],["X-Okta-Request-Id","{authorization}"])"));
    fault(initech, "logs", 7, R"("next_link","url":"https://evil.example/{authorization}?after={authorization}")");
    fault(initech, "logs", 9, R"("next_link","url":"https://{authorization}/api/v1/logs")");
    fault(initech, "logs", 11, says(200, "{authorization}", R"(["Content-Type","{authorization}"])"));
    fault(initech, "logs", 13, R"("wrong_body","body":"[{authorization}")");
    fault(initech, "logs", 15, says(401, "", R"(["WWW-Authenticate","Bearer error=\")" + right_secret + R"(\""])"));
    fault(
        initech, "logs", 17,
        says(403, "", R"(["WWW-Authenticate","Bearer error=\"insufficient_scope\", error_description=\"{authorization}\""])"));

    const std::vector<std::string> what_happens{"invalid_client",
                                                "answered 429",
                                                "without a token",
                                                "answered 500",
                                                "of the type",
                                                "redirects are never followed",
                                                "other scopes",
                                                "SECURITY",
                                                "TLS",
                                                "redirects are not followed",
                                                "insufficient_scope",
                                                "characters)"};
    daemon_.start();
    // Written again and again: after every refusal it is tried again.
    int asked = 0;
    EXPECT_TRUE(eventually(seconds(100),
                           [&] {
                               if (++asked % 300 == 299)
                                   for (const std::string& org : {acme, globex, initech}) write_secret(org, right_secret);
                               return missing_in_log(what_happens).empty() && all_deliver();
                           }))
        << missing_in_log(what_happens) << " is missing in " << daemon_.log();

    expect_silence(everything_said());
    const auto served = everything_served();
    expect_silence(served);
    EXPECT_NE(served.at("admin.sock/metrics").find("oktail_token_grants_total"), std::string::npos);
    EXPECT_NE(served.at("admin.sock/status").find("stranger"), std::string::npos);
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    expect_silence(everything_said());
}

TEST_P(CanaryTest, CrashLeavesNoCore) {
    daemon_.add_tenant(acme);
    daemon_.logging = "{level: trace, format: " + GetParam() + "}";
    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return !delivered_below(dir_ / "out").empty(); })) << daemon_.log();

    const std::string limits = content_of(fs::path("/proc") / std::to_string(daemon_.process().pid()) / "limits");
    struct stat about{};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(daemon_.process().pid()) + "/mem").c_str(), &about), 0);

    EXPECT_NE(limits.find("Max core file size        0                    0 "), std::string::npos) << limits;
    EXPECT_EQ(about.st_uid, 0u) << "of a process that is not dumpable it is root's";
}

}  // namespace
}  // namespace oktail
