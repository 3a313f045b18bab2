// P9: whatever happens, no secret is in anything that oktail writes. Secrets that are easy to recognise go in, servers say what
// they must not say, and everything that came out is searched.

#include "system/canary.hpp"
#include "core/quote.hpp"
#include "http/unix_client.hpp"
#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <openssl/evp.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

const std::string acme = "acme.okta.com";
const std::string globex = "globex.okta.com";
const std::string initech = "initech.okta.com";  // a custom app: a key, and DPoP

// Okta's secrets have 64 characters of this alphabet.
const std::string wrong_secret = "wrongCanary-Xk29_vTq8LmZrP4sYhN7bWcE1fJgU5dAoI3xKpM6tRyQ0uVnB-_z";
const std::string right_secret = "rightCanary-Gp51_wSd3QhVnE9kZtL2cXbR8mJfY6uTaO4iWqC7eKxP0yMgN-_v";

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string found_in(const std::string& haystack, const std::string& text) {
    Canaries canaries;
    canaries.add("it", text);
    return canaries.found_in(haystack);
}

TEST(Canaries, AreSeenInEveryCoding) {
    std::string text;  // of characters that every coding writes in a way of its own
    for (int i = 0; i < 14; ++i) text += "~?>";
    const auto found = [&](const std::string& coded) { return found_in("before " + coded + " behind", text); };

    EXPECT_EQ(found(text), "it as it is");
    for (const std::string before : {"", "i", "id", "id:"}) {
        EXPECT_EQ(found(base64(before + text + "!")), "it as base64");
        EXPECT_EQ(found(base64url(before + text + "!")), "it as base64url");
    }
    EXPECT_EQ(found(hex(text, lower_digits)), "it as hex");
    EXPECT_EQ(found(hex(text, upper_digits)), "it as hex");
    EXPECT_EQ(found(hex(text, lower_digits, "\\x")), "it as hex");
    EXPECT_EQ(found(url_encoded(text, lower_digits)), "it as URL");
    EXPECT_EQ(found(url_encoded(text, upper_digits)), "it as URL");
    EXPECT_EQ(found(hex(text, upper_digits, "%")), "it as URL");
}

TEST(Canaries, AreSeenInPieces) {
    for (std::size_t at = 0; at + 24 <= right_secret.size(); ++at)
        EXPECT_EQ(found_in("..." + right_secret.substr(at, 24) + "...", right_secret), "it as it is");
}

TEST(Canaries, AreNotSeenWhereTheyAreNot) { EXPECT_EQ(found_in(wrong_secret + " " + base64(wrong_secret), right_secret), ""); }

/// What a server answers to the first requests of an org's tenant, and a word that the tenant's log then has.
struct Told {
    std::string endpoint;
    std::string answer;  ///< the simulator puts the header that it got for {authorization}
    std::string logged;
    int times = 1;
};

std::string says(int status, const std::string& body, const std::string& headers = {}) {
    return R"("answer","status":)" + std::to_string(status) + R"(,"body":")" + body + R"(","headers":[)" + headers + "]";
}

/// Each is another tenant's, so that all happen at once and none waits for the retry of another.
const std::vector<Told> all_told{
    {"token",
     says(401, R"({\"error\":\"invalid_client\",\"error_description\":\"not )" + wrong_secret + R"( of {authorization}\"})"),
     "invalid_client"},
    {"token", says(400, R"({\"error\":\")" + right_secret + R"(\",\"error_description\":\"{authorization}\"})"), "characters)"},
    {"token", says(429, R"({\"errorSummary\":\"{authorization}\"})", R"(["Retry-After","1"])"), "answered 429"},
    {"token", says(200, R"({\"access_token\":1,\"x\":\"{authorization}\"})"), "without a token"},
    {"token", says(500, "<html>{authorization}</html>"), "answered 500"},
    {"token", says(302, "{authorization}", R"(["Location","https://evil.example/?{authorization}"])"),
     "redirects are never followed"},
    {"token", says(200, R"({\"access_token\":\"x\",\"token_type\":\")" + right_secret + R"(\"})"), "of the type"},
    {"token", says(200, R"({\"access_token\":\"x\",\"token_type\":\"Bearer\",\"scope\":\"{authorization}\"})"), "other scopes"},
    {"logs", says(401, "", R"(["WWW-Authenticate","Bearer error=\"invalid_token\", error_description=\"{authorization}\""])"),
     "invalid_token", 2},
    {"logs", says(401, "", R"(["WWW-Authenticate","Bearer error=\")" + right_secret + R"(\""])"), "credentials_refused", 2},
    {"logs",
     says(403, "", R"(["WWW-Authenticate","Bearer error=\"insufficient_scope\", error_description=\"{authorization}\""])"),
     "insufficient_scope"},
    {"logs", says(500, R"({\"errorCode\":\"E0000009\",\"errorSummary\":\"{authorization}\",\"errorId\":\"{authorization}\"})"),
     "E0000009"},
    {"logs", says(302, "", R"(["Location","https://evil.example/{authorization}"],["X-Okta-Request-Id","{authorization}"])"),
     "redirects are not followed"},
    {"logs", R"("next_link","url":"https://evil.example/{authorization}?after={authorization}")", "SECURITY"},
    {"logs", R"("next_link","url":"https://{authorization}/api/v1/logs")", "SECURITY"},
    {"logs", says(200, "{authorization}", R"(["Content-Type","{authorization}"])"), "content type"},
    {"logs", R"("wrong_body","body":"[{authorization}")", "something other than objects"},
};

class CanaryTest : public testing::TestWithParam<std::string> {
protected:
    CanaryTest() {
        daemon_.more = "admin: {listen: \"unix:" + (dir_ / "admin.sock").string() + "\"}\n";
        daemon_.logging = "{level: trace, format: " + GetParam() + "}";
    }
    static std::string org_told(std::size_t i) { return "told-" + std::to_string(i) + ".okta.com"; }
    static std::vector<std::string> orgs() {
        std::vector<std::string> all{acme, globex};
        for (std::size_t i = 0; i < all_told.size(); ++i) all.push_back(org_told(i));
        return all;
    }
    static std::vector<std::string> simulated() {
        std::vector<std::string> all = orgs();
        for (std::string& org : all) org += ",backlog=200,limit=100000";
        all.push_back(initech + ",backlog=200,limit=100000,client=custom,dpop=on");
        return all;
    }
    /// initech has a key; acme hears nothing bad; globex has a secret that Okta refuses; the others are told what they are
    /// told; one more meets another's certificate.
    void add_tenants() {
        daemon_.add_tenant(initech);
        for (const std::string& org : orgs()) {
            simulator_.control("POST", "/secrets?org=" + org, right_secret);
            write_secret(org, org == globex ? wrong_secret : right_secret);
            daemon_.add_tenant(org, org == acme ? stranger() : "");
        }
        for (std::size_t i = 0; i < all_told.size(); ++i)
            for (int nth = 1; nth <= all_told[i].times; ++nth)
                simulator_.control("POST", "/faults",
                                   R"({"org":")" + org_told(i) + R"(","endpoint":")" + all_told[i].endpoint + R"(","nth":)" +
                                       std::to_string(nth) + R"(,"do":)" + all_told[i].answer + "}");
    }
    std::string stranger() const {
        return "  - name: stranger\n    domain: stranger.okta.com\n    connect_to: 127.0.0.1:" +
               std::to_string(simulator_.port()) + "\n    ca_file: " + simulator_.ca_file().string() +
               "\n    auth: {method: client_secret, client_id: 0oastranger, client_secret_files: [" +
               simulator_.org(acme).secret_file.string() + "]}\n    sinks: [files]\n";
    }
    void write_secret(const std::string& org, const std::string& secret) const {
        const fs::path file = simulator_.org(org).secret_file;
        std::ofstream(file.string() + ".new") << secret;
        fs::permissions(file.string() + ".new", fs::perms::owner_read | fs::perms::owner_write);
        fs::rename(file.string() + ".new", file);
    }
    /// The text of the private key, without its frame and line ends.
    std::string key_text() const {
        const std::string pem = content_of(simulator_.org(initech).key_file);
        std::string text = pem.substr(pem.find("-\n") + 2);
        text = text.substr(0, text.find('-'));
        std::erase(text, '\n');
        return text;
    }
    /// The number that makes it a private one: where SEC 1 has it in PKCS#8 for P-256.
    std::string key_number() const {
        const std::string text = key_text();
        std::string der(text.size(), '\0');
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()), reinterpret_cast<const unsigned char*>(text.data()),
                        static_cast<int>(text.size()));
        return der.substr(36, 32);
    }
    bool delivers(const std::string& org) const { return fs::exists(dir_ / "out" / org.substr(0, org.find('.'))); }
    /// A line of the log that names the tenant and has the word.
    bool is_logged(const std::string& tenant, const std::string& word) const {
        std::istringstream lines(daemon_.log());
        for (std::string line; std::getline(lines, line);)
            if (line.find(tenant) != std::string::npos && line.find(word) != std::string::npos) return true;
        return false;
    }
    /// What the log does not say yet, for a person; empty: all of it was met.
    std::string not_met() const {
        std::string missing;
        const auto expect = [&](const std::string& tenant, const std::string& word) {
            if (!is_logged(tenant, word)) missing += tenant + ": " + word + "\n";
        };
        for (std::size_t i = 0; i < all_told.size(); ++i) expect("told-" + std::to_string(i), all_told[i].logged);
        expect("globex", "invalid_client");
        expect("stranger", "TLS");
        return missing;
    }
    Canaries canaries() const {
        Canaries all;
        all.add("the wrong secret", wrong_secret);
        all.add("the right secret", right_secret);
        all.add("the private key", key_text());
        all.add("the private key's number", key_number());
        for (const std::string& org : orgs()) {
            std::istringstream tokens(simulator_.control("/tokens?org=" + org));
            for (std::string token; tokens >> token;) all.add("a token of " + org, token);
        }
        std::istringstream bound(simulator_.control("/tokens?org=" + initech));
        for (std::string token; bound >> token;) all.add("a token of " + initech, token);
        for (const std::string& org : orgs()) {
            for (const std::string& secret : {wrong_secret, right_secret})
                all.add("credentials of " + org, base64(simulator_.org(org).client_id + ":" + secret));
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
    void expect_silence(const std::map<std::string, std::string>& said) const {
        const Canaries hidden = canaries();
        for (const auto& [name, text] : said) EXPECT_EQ(hidden.found_in(text), "") << "in " << name;
    }
    /// Where the memory of the process that may be written holds the text: addresses, what lies there, and a little around it.
    std::vector<std::string> found_in_memory(const std::string& text) {
        const fs::path process = fs::path("/proc") / std::to_string(daemon_.process().pid());
        std::ifstream maps(process / "maps");
        std::ifstream memory(process / "mem", std::ios::binary);
        std::vector<std::string> places;
        for (std::string line; std::getline(maps, line);) {
            if (line.find(" rw") == std::string::npos) continue;
            const auto begin = std::stoull(line, nullptr, 16);
            const auto end = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
            std::string bytes(end - begin, '\0');
            memory.clear();
            memory.seekg(static_cast<std::streamoff>(begin));
            memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
                const auto from = at - std::min<std::size_t>(at, 64);
                places.push_back(std::to_string(at) + " behind " + line + ": " + quote(bytes.substr(from, text.size() + 128)));
            }
        }
        return places;
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", simulated()};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

INSTANTIATE_TEST_SUITE_P(Logs, CanaryTest, testing::Values("text", "json"), [](const auto& log) { return log.param; });

TEST_P(CanaryTest, NothingThatOktailWritesHoldsASecret) {
    add_tenants();
    daemon_.start();
    EXPECT_TRUE(eventually(seconds(60), [&] { return not_met().empty() && delivers(acme) && delivers(initech); }))
        << not_met() << daemon_.log();
    write_secret(globex, right_secret);
    EXPECT_TRUE(eventually(seconds(60), [&] { return delivers(globex); })) << daemon_.log();

    expect_silence(everything_said());
    const auto served = everything_served();
    expect_silence(served);
    EXPECT_NE(served.at("admin.sock/metrics").find("oktail_token_grants_total"), std::string::npos);
    EXPECT_NE(served.at("admin.sock/status").find("stranger"), std::string::npos);
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    expect_silence(everything_said());
}

TEST_P(CanaryTest, OnlyTheTokenInUseIsInMemory) {
    simulator_.control("POST", "/secrets?org=" + acme, right_secret);
    write_secret(acme, right_secret);
    daemon_.add_tenant(acme);
    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return !delivered_below(dir_ / "out").empty(); })) << daemon_.log();

    std::string token;
    std::istringstream(simulator_.control("/tokens?org=" + acme)) >> token;
    EXPECT_THAT(found_in_memory(right_secret), IsEmpty());
    EXPECT_THAT(found_in_memory(base64(simulator_.org(acme).client_id + ":" + right_secret)), IsEmpty());
    // One that is kept, and the request on its way.
    EXPECT_THAT(found_in_memory(token), SizeIs(AllOf(Ge(1u), Le(3u)))) << "none: the search is blind";
}

TEST_P(CanaryTest, KeyIsInMemoryOnlyWhileItSigns) {
    daemon_.add_tenant(initech);
    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return !delivered_below(dir_ / "out").empty(); })) << daemon_.log();

    std::string token;
    std::istringstream(simulator_.control("/tokens?org=" + initech)) >> token;
    EXPECT_THAT(found_in_memory(key_text().substr(40, 24)), IsEmpty());
    EXPECT_THAT(found_in_memory(key_number()), IsEmpty());
    EXPECT_THAT(found_in_memory(token), SizeIs(AllOf(Ge(1u), Le(3u)))) << "none: the search is blind";
    EXPECT_THAT(found_in_memory("client_assertion=eyJ"), IsEmpty());
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
