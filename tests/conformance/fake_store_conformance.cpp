#include "conformance/store_conformance.hpp"

#include "support/fake_store.hpp"
#include "support/sample_checkpoint.hpp"

#include <chrono>

namespace oktail {
namespace {

class FakeHome : public StoreHome {
public:
    StateStore& store() override { return *store_; }
    void reopen() override { store_ = std::make_unique<FakeStore>(disk_); }
    void spoil(const RouteId& route) override { disk_->unreadable.insert(route); }

private:
    std::shared_ptr<FakeStateDisk> disk_ = std::make_shared<FakeStateDisk>();
    std::unique_ptr<FakeStore> store_ = std::make_unique<FakeStore>(disk_);
};

std::unique_ptr<StoreHome> make_home() { return std::make_unique<FakeHome>(); }

INSTANTIATE_TEST_SUITE_P(Fake, StoreConformance, testing::Values(&make_home));

TEST(FakeStore, FailsTheCommitItWasTold) {
    Shard shard("test");
    FakeStore store;
    const RouteId route("acme", "archive");
    store.fail_commit(2, Error(ErrorKind::transient, "disk full"));

    EXPECT_TRUE(run_on(shard, store.save(route, sample_checkpoint(1))));
    EXPECT_FALSE(run_on(shard, store.save(route, sample_checkpoint(2))));
    EXPECT_EQ(store.saved(route), sample_checkpoint(1));
    EXPECT_TRUE(run_on(shard, store.save(route, sample_checkpoint(3))));
    EXPECT_EQ(store.changes().size(), 2U);
}

TEST(FakeStore, TellsNobodyWhileCorked) {
    Shard shard("test");
    FakeStore store;
    const RouteId route("acme", "archive");
    store.cork();
    auto saved = start_on(shard, store.save(route, sample_checkpoint(1)));
    ASSERT_EQ(run_on(shard, store.load(route)).value(), sample_checkpoint(1));
    ASSERT_EQ(saved.wait_for(std::chrono::seconds(0)), std::future_status::timeout);

    store.uncork();

    EXPECT_TRUE(saved.get());
}

}  // namespace
}  // namespace oktail
