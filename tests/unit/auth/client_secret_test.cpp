#include "auth/client_secret.hpp"

#include "auth/credential_files.hpp"
#include "core/steady_clock.hpp"
#include "support/run_on.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace oktail {
namespace {

Credentials two_secrets() {
    std::vector<Result<Secret>> secrets;
    secrets.emplace_back(Secret("new-secret"));
    secrets.emplace_back(Secret("old-secret"));
    return client_secrets("0oa1example", secrets);
}

TEST(ClientSecret, RequestIsFormAndBasic) {  // T01, T02
    const Credentials credentials = two_secrets();
    ASSERT_EQ(credentials.size(), 2u);
    Shard shard("shard");

    const auto request = run_on(shard, (*credentials[0])->request(token_path, "", token_form(), {}, {}));

    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, Method::post);
    EXPECT_EQ(request->target, "/oauth2/v1/token");
    EXPECT_EQ(request->content_type, "application/x-www-form-urlencoded");
    EXPECT_EQ(request->body.reveal(), "grant_type=client_credentials&scope=okta.logs.read");
    EXPECT_EQ(request->authorization.reveal(), "Basic MG9hMWV4YW1wbGU6bmV3LXNlY3JldA==");
    EXPECT_EQ((*credentials[1])->name(), "secret 2 of 2");
}

/// Waits for nothing, as long as that is wanted.
class HastyClock : public SteadyClock {
public:
    bool hasty = false;

    asio::awaitable<void> sleep_until(SteadyTime when, std::stop_token stop) override {
        if (!hasty) co_await SteadyClock::sleep_until(when, std::move(stop));
    }
};

class CredentialFilesTest : public testing::Test {
protected:
    std::string read(CredentialFiles& files) {
        const auto credentials = run_on(shard_, files.read(stop_.get_token()));
        if (credentials) return std::to_string(credentials->size()) + " credentials";
        return std::string(to_string(credentials.error().kind())) + ": " + credentials.error().what();
    }

    HastyClock clock_;
    std::stop_source stop_;
    Shard shard_{"shard"};
    WorkerPool readers_{"readers", 1};
};

TEST_F(CredentialFilesTest, AreReadByAWorker) {
    std::thread::id reader;
    CredentialFiles files(
        [&reader]() -> Result<Credentials> {
            reader = std::this_thread::get_id();
            return two_secrets();
        },
        readers_, clock_);

    EXPECT_EQ(read(files), "2 credentials");
    EXPECT_EQ(read(files), "2 credentials");

    EXPECT_EQ(reader, run_on(shard_, readers_.run([] { return std::this_thread::get_id(); })));
}

TEST_F(CredentialFilesTest, UnreadableSecretIsReported) {
    const auto unreadable = []() -> Result<Credentials> {
        return Error(ErrorKind::unauthorized, "acme.secret: permission denied");
    };
    CredentialFiles files(unreadable, readers_, clock_);

    EXPECT_EQ(read(files), "unauthorized: acme.secret: permission denied");
}

TEST_F(CredentialFilesTest, HungFileSystemIsLeftBehindAndTakesOneThreadOnly) {
    std::promise<void> mended;
    std::atomic<int> reads = 0;
    const auto hanging = [hang = mended.get_future().share(), &reads]() -> Result<Credentials> {
        ++reads;
        hang.wait();
        return two_secrets();
    };
    CredentialFiles files(hanging, readers_, clock_);
    clock_.hasty = true;

    EXPECT_TRUE(read(files).starts_with("transient: the secret cannot be read in time"));
    EXPECT_TRUE(read(files).starts_with("transient: the secret cannot be read in time"));
    mended.set_value();
    run_on(shard_, readers_.run([] { return true; }));
    EXPECT_EQ(reads, 1);

    clock_.hasty = false;
    EXPECT_EQ(read(files), "2 credentials");
}

TEST_F(CredentialFilesTest, WhoeverComesMeanwhileWaits) {
    std::promise<void> mended;
    const auto slow = [hang = mended.get_future().share()]() -> Result<Credentials> {
        hang.wait();
        return two_secrets();
    };
    CredentialFiles files(slow, readers_, clock_);
    auto first = start_on(shard_, files.read(stop_.get_token()));
    auto second = start_on(shard_, files.read(stop_.get_token()));

    mended.set_value();

    EXPECT_TRUE(first.get());
    EXPECT_TRUE(second.get());
}

TEST_F(CredentialFilesTest, StopLeavesAHungFileSystemBehind) {
    std::promise<void> mended;
    const auto hanging = [hang = mended.get_future().share()]() -> Result<Credentials> {
        hang.wait();
        return two_secrets();
    };
    CredentialFiles files(hanging, readers_, clock_);
    auto reading = start_on(shard_, files.read(stop_.get_token()));

    asio::post(shard_.executor(), [this] { stop_.request_stop(); });

    EXPECT_EQ(reading.get().error().kind(), ErrorKind::stopped);
    mended.set_value();
}

}  // namespace
}  // namespace oktail
