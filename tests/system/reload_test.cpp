// Two hundred tenants come, change and go by reloads of the real program under load; some reloads are broken.

#include "http/unix_client.hpp"
#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int tenants = 200;
constexpr int untouched = 40;  // the last ones: no reload names them
constexpr int reloads = 100;
constexpr int most_changes = 12;

std::string name(int tenant) { return "t" + std::to_string(tenant); }
std::string domain(int tenant) { return name(tenant) + ".okta.com"; }

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
    return n;
}

class ReloadTest : public testing::Test {
protected:
    ReloadTest() {
        const char* given = std::getenv("OKTAIL_SEED");
        const unsigned seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
        std::printf("seed %u\n", seed);
        random_.seed(seed);
        std::filesystem::create_directory(dir_ / "tenants.d");
        std::vector<std::string> orgs;
        for (int i = 0; i < tenants; ++i) orgs.push_back(domain(i) + ",rate=2,backlog=60,limit=100000");
        simulator_.emplace(dir_ / "simulator", orgs);
        daemon_.emplace(dir_.path(), *simulator_);
    }

    void write(int tenant) {
        const auto& org = simulator_->org(domain(tenant));
        std::ofstream file(file_of(tenant));
        file << "tenants:\n  - name: " << name(tenant) << "\n    domain: " << domain(tenant)
             << "\n    connect_to: 127.0.0.1:" << simulator_->port() << "\n    ca_file: " << simulator_->ca_file().string()
             << "\n    auth: {method: client_secret, client_id: " << org.client_id << ", client_secret_files: ["
             << org.secret_file.string() << "]}\n    labels: {revision: '" << ++revision_ << "'}\n    sinks: [files]\n";
    }
    std::filesystem::path file_of(int tenant) const { return dir_ / "tenants.d" / (name(tenant) + ".yaml"); }
    int any(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

    /// Some tenants go, some come (back), some change.
    void change_some() {
        for (int i = 0, n = 1 + any(most_changes); i < n; ++i) {
            const int tenant = any(tenants - untouched);
            if (std::filesystem::exists(file_of(tenant)) && any(2) == 0) std::filesystem::remove(file_of(tenant));
            else write(tenant);
        }
    }
    void break_it() {
        std::ofstream(dir_ / "tenants.d" / "broken.yaml")
            << (any(2) == 0 ? "tenants:\n  - {name: broken, domian: x}\n" : "tenants: [\n");
    }
    void mend_it() { std::filesystem::remove(dir_ / "tenants.d" / "broken.yaml"); }

    void reload(unsigned wanted) {
        const auto answer = ask(dir_ / "state/oktail.sock", "POST", "/reload", seconds(60));
        ASSERT_TRUE(answer) << answer.error().what();
        ASSERT_EQ(answer->status, wanted) << answer->body;
    }

    /// Requests that each of them sent so far; all but one are for the log.
    std::vector<std::int64_t> requests_of_the_untouched() {
        const auto stats = boost::json::parse(simulator_->control("/stats"));
        std::vector<std::int64_t> requests;
        for (int i = tenants - untouched; i < tenants; ++i)
            requests.push_back(stats.at("orgs").at(domain(i)).at("requests").to_number<std::int64_t>());
        return requests;
    }
    void expect_that_the_untouched_go_on() {
        const auto now = requests_of_the_untouched();
        for (std::size_t i = 0; i < now.size(); ++i)
            EXPECT_GT(now[i], polled_.empty() ? 0 : polled_[i]) << name(tenants - untouched + static_cast<int>(i));
        polled_ = now;
    }

    TempDir dir_;
    std::vector<std::int64_t> polled_;
    std::mt19937 random_;
    int revision_ = 0;
    std::optional<SimulatorProcess> simulator_;
    std::optional<DaemonProcess> daemon_;
};

TEST_F(ReloadTest, TwoHundredTenantsInAHundredReloadsAreDeliveredExactlyOnce) {
    daemon_->logging = "{level: info, format: text}";
    daemon_->more = "include: [tenants.d/*.yaml]\n";
    for (int i = tenants - untouched; i < tenants; ++i) write(i);
    for (int i = 0; i < tenants - untouched; i += 2) write(i);
    daemon_->start();
    const auto runs = [&] { return daemon_->log().find("oktail runs") != std::string::npos; };
    ASSERT_TRUE(eventually(seconds(30), runs));

    for (int i = 0; i < reloads; ++i) {
        change_some();
        const bool good = i % 5 != 4;
        if (!good) break_it();
        reload(good ? 200 : 422);
        mend_it();
        if (i % 20 == 19) expect_that_the_untouched_go_on();
    }

    for (int i = 0; i < tenants - untouched; ++i)
        if (!std::filesystem::exists(file_of(i))) write(i);
    reload(200);
    simulator_->control("POST", "/pause");
    const auto is_whole = [&](int tenant) {
        const auto folder = dir_ / "out" / name(tenant);
        return std::filesystem::exists(folder) && delivered_below(folder).size() >= simulator_->truth(domain(tenant)).size();
    };
    for (int i = 0; i < tenants; ++i) EXPECT_TRUE(eventually(seconds(60), [&] { return is_whole(i); })) << name(i);
    EXPECT_EQ(daemon_->stop(), (Ending{0, std::nullopt}));

    for (int i = 0; i < tenants; ++i)
        EXPECT_EQ(differences(delivered_below(dir_ / "out" / name(i)), simulator_->truth(domain(i))), "") << name(i);
    const std::string log = daemon_->log();
    for (int i = tenants - untouched; i < tenants; ++i) {
        EXPECT_EQ(count(log, "route started tenant=" + name(i) + ' '), 1u) << name(i);
        EXPECT_EQ(count(log, "access token granted tenant=" + name(i) + ' '), 1u) << name(i);
    }
}

}  // namespace
}  // namespace oktail
