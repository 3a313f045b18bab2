// A Kafka sink among brokers that fail, on librdkafka's mock cluster. What the mock cannot show: it shuts nobody out who was
// overtaken, ends no transaction that lasts too long, and shows aborted records like committed ones; so every record that
// reached a partition counts here as committed, whatever became of its transaction. tests/system/kafka.py has real brokers.

#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "sink/kafka/checkpoint_record.hpp"
#include "sink/kafka/kafka_sink.hpp"
#include "support/batch_of.hpp"
#include "support/case_name.hpp"
#include "support/fake_store.hpp"
#include "support/mock_kafka.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>

namespace oktail {

inline void PrintTo(const WriteOutcome& outcome, std::ostream* out) {
    *out << outcome.durable << " durable" << (outcome.checkpointed ? ", checkpointed" : "");
    if (outcome.error) *out << ", " << outcome.error->what();
}

namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto fine = RD_KAFKA_RESP_ERR_NO_ERROR;

Checkpoint checkpoint_at(std::uint64_t seq) {
    Checkpoint at;
    at.seq = seq;
    at.next = Cursor("/page/" + std::to_string(seq));
    return at;
}

Batch events(std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(R"({"n":)" + std::to_string(i) + "}");
    return batch_of(out);
}

class KafkaMock : public testing::Test {
protected:
    explicit KafkaMock(Delivery delivery = Delivery::exactly_once) {
        options_->brokers = {kafka_.address()};
        options_->topic = "events.{tenant}";
        options_->checkpoint_topic = "checkpoints";
        options_->delivery = delivery;
        // The mock has no controller to ask what a topic takes: how long that is waited for. The rest is for short outages.
        options_->options = {{"socket.timeout.ms", "1000"},      {"fetch.wait.max.ms", "10"},
                             {"transaction.timeout.ms", "4000"}, {"message.timeout.ms", "4000"},
                             {"reconnect.backoff.ms", "50"},     {"reconnect.backoff.max.ms", "200"}};
    }
    ~KafkaMock() override {
        if (sink_) close();
    }

    std::unique_ptr<KafkaSink> make_sink() {
        return std::make_unique<KafkaSink>("bus", options_, SinkDeps(clock_, store_, no_names(), {shard_.executor()}, false));
    }
    Result<std::unique_ptr<SinkWriter>> try_open(const std::string& tenant) {
        if (!sink_) sink_ = make_sink();
        return run_on(shard_, sink_->open(RouteId(tenant, "bus"), TenantProfile()));
    }
    std::unique_ptr<SinkWriter> open(const std::string& tenant) {
        auto opened = try_open(tenant);
        if (!opened) throw std::runtime_error(opened.error().what());
        return std::move(*opened);
    }
    std::future<WriteOutcome> start(SinkWriter& writer, std::uint64_t seq, std::size_t count = 3) {
        return start_on(shard_, writer.write(events(count), 0, checkpoint_at(seq)));
    }
    WriteOutcome write(SinkWriter& writer, std::uint64_t seq, std::size_t count = 3) { return start(writer, seq, count).get(); }
    /// After a record was refused librdkafka gives up the next transaction, too ("skipped sequence numbers"): so a route offers
    /// its page twice.
    WriteOutcome write_again(SinkWriter& writer, std::uint64_t seq, std::size_t count = 3) {
        const WriteOutcome first = write(writer, seq, count);
        return first.error && first.error->kind() == ErrorKind::transient ? write(writer, seq, count) : first;
    }
    /// Where a route of this name would go on.
    std::uint64_t seq_of(const std::string& tenant) {
        const auto found = run_on(shard_, sink_->checkpoints()->load(RouteId(tenant, "bus")));
        if (!found) throw std::runtime_error(found.error().what());
        return *found ? (*found)->seq : 0;
    }
    /// Which places somebody has written for the tenant, in order.
    std::vector<std::uint64_t> places_of(const std::string& tenant) const {
        std::vector<std::uint64_t> out;
        for (const MockRecord& record : kafka_.records("checkpoints"))
            if (record.key == tenant + "/bus") out.push_back(parse_checkpoint_value(record.value)->seq);
        return out;
    }
    void close() {
        run_on(shard_, [](KafkaSink& sink) -> asio::awaitable<bool> {
            co_await sink.close();
            co_return true;
        }(*sink_));
        sink_.reset();
    }
    void wait(milliseconds span) {
        run_on(shard_, [](Clock& clock, milliseconds span) -> asio::awaitable<bool> {
            const std::stop_token never;
            co_await clock.sleep_for(span, never);
            co_return true;
        }(clock_, span));
    }

    MockKafka kafka_{{"checkpoints", "events.acme", "events.globex"}, 2};
    std::shared_ptr<KafkaOptions> options_ = std::make_shared<KafkaOptions>();
    SteadyClock clock_;
    FakeStore store_;
    Shard shard_{"test"};
    std::unique_ptr<KafkaSink> sink_;
};

MATCHER(Committed, "") { return arg.durable == 3 && arg.checkpointed && !arg.error; }
MATCHER(Delivered, "") { return arg.durable == 3 && !arg.checkpointed && !arg.error; }
/// Nothing is there, and it is worth another try.
MATCHER_P(TryAgain, why, "") {
    if (!arg.error) return false;
    *result_listener << arg.error->what();
    return arg.durable == 0 && !arg.checkpointed && arg.error->kind() == ErrorKind::transient &&
           testing::Value(arg.error->what(), why);
}

// --- what the producer mends by itself ---

struct Answers {
    KafkaApi api;
    std::vector<rd_kafka_resp_err_t> answers;
    std::string words = {};  ///< what is told
};

std::string name_of(const testing::TestParamInfo<Answers>& info) {
    const std::vector<std::pair<KafkaApi, const char*>> names{{KafkaApi::produce, "Produce"},
                                                              {KafkaApi::init_producer_id, "InitProducerId"},
                                                              {KafkaApi::add_partitions_to_txn, "AddPartitionsToTxn"},
                                                              {KafkaApi::end_txn, "EndTxn"}};
    const auto api = std::ranges::find(names, info.param.api, &std::pair<KafkaApi, const char*>::first);
    return case_name(info.index, api->second + std::string("_") + ::rd_kafka_err2name(info.param.answers.front()));
}

class Mended : public KafkaMock, public testing::WithParamInterface<Answers> {};

TEST_P(Mended, BeforeAnybodyIsTold) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer(GetParam().api, GetParam().answers);

    EXPECT_THAT(write(*acme, 2), Committed());
    EXPECT_THAT(write(*acme, 3), Committed());
    EXPECT_THAT(places_of("acme"), ElementsAre(1, 2, 3));
    EXPECT_EQ(kafka_.values("events.acme").size(), 9u);
}

INSTANTIATE_TEST_SUITE_P(Kafka, Mended,
                         testing::Values(Answers{KafkaApi::add_partitions_to_txn,
                                                 {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
                                                  RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
                                         Answers{KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR__TRANSPORT}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR__TRANSPORT}},
                                         Answers{KafkaApi::produce, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS}},
                                         Answers{KafkaApi::produce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION}},
                                         Answers{KafkaApi::produce, {RD_KAFKA_RESP_ERR__TRANSPORT}}),
                         name_of);

TEST_F(KafkaMock, AnIdThatIsStillBusyIsWaitedFor) {
    kafka_.answer(KafkaApi::init_producer_id,
                  {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS});

    EXPECT_THAT(write(*open("acme"), 1), Committed());
}

// --- what is told, and over with the next write ---

class Told : public KafkaMock, public testing::WithParamInterface<Answers> {};

/// Nothing was committed, so nothing may be called so. A unit that nobody refused is tried once more at once.
TEST_P(Told, AndTheNextWriteWorks) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer(GetParam().api, GetParam().answers);

    const WriteOutcome outcome = write(*acme, 2);
    kafka_.forget_answers(GetParam().api);

    EXPECT_THAT(outcome, TryAgain(HasSubstr(GetParam().words)));
    EXPECT_THAT(write(*acme, 2), Committed());
    EXPECT_THAT(write(*acme, 3), Committed());
    EXPECT_EQ(seq_of("acme"), 3u);
}

INSTANTIATE_TEST_SUITE_P(Kafka, Told,
                         testing::Values(Answers{KafkaApi::add_partitions_to_txn,
                                                 {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                                  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED}},
                                         Answers{KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED}},
                                         Answers{KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
                                         Answers{KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE}}),
                         name_of);

class TriedOnceMore : public KafkaMock, public testing::WithParamInterface<Answers> {};

/// The mock keeps what was aborted, too, so its records cannot be counted.
TEST_P(TriedOnceMore, IsCommittedBeforeAnybodyIsTold) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer(GetParam().api, GetParam().answers);

    EXPECT_THAT(write(*acme, 2), Committed());
    EXPECT_EQ(seq_of("acme"), 2u);
}

INSTANTIATE_TEST_SUITE_P(Kafka, TriedOnceMore,
                         testing::Values(Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING}}),
                         name_of);

// --- a commit that nobody answered ---

class Unknown : public KafkaMock, public testing::WithParamInterface<Answers> {};

/// By the topic: the mock keeps what was sent, so the unit is there, and must be told as committed and not sent again.
TEST_P(Unknown, IsSettledByReading) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer(GetParam().api, GetParam().answers);

    EXPECT_THAT(write(*acme, 2), Committed());
    EXPECT_THAT(write(*acme, 2), Committed()) << "offered again it is known";
    EXPECT_THAT(write(*acme, 3), Committed());
    EXPECT_THAT(places_of("acme"), ElementsAre(1, 2, 3));
    EXPECT_EQ(kafka_.values("events.acme").size(), 9u);
}

INSTANTIATE_TEST_SUITE_P(Kafka, Unknown,
                         testing::Values(Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE}},
                                         Answers{KafkaApi::end_txn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED}}),
                         name_of);

TEST_F(KafkaMock, AnAnswerThatIsLostWithItsBrokerIsSettledByReading) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer_late(KafkaApi::end_txn, 900);
    auto commit = start(*acme, 2);
    wait(milliseconds(500));

    kafka_.go_down();
    wait(milliseconds(6'000));  // longer than the transaction
    kafka_.come_up();

    EXPECT_THAT(commit.get(), Committed());
    EXPECT_THAT(write(*acme, 3), Committed());
    EXPECT_THAT(places_of("acme"), ElementsAre(1, 2, 3));
}

/// Somebody else has gone on from there: this route must not.
TEST_F(KafkaMock, APlaceThatIsBehindMakesTheRouteBeginAnew) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    auto other = make_sink();
    const auto others = *run_on(shard_, other->open(RouteId("acme", "bus"), TenantProfile()));
    ASSERT_THAT(run_on(shard_, others->write(events(3), 0, checkpoint_at(7))), Committed());
    kafka_.answer(KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});

    const WriteOutcome outcome = write(*acme, 2);

    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::stopped);
    EXPECT_EQ(seq_of("acme"), 7u);
    EXPECT_THAT(places_of("acme"), ElementsAre(1, 7));
}

/// The mock lets both write; a broker says so to the one before.
TEST_F(KafkaMock, WhoeverIsOvertakenIsShutOutAndKnowsByWhom) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    auto other = make_sink();
    const auto others = *run_on(shard_, other->open(RouteId("acme", "bus"), TenantProfile()));
    kafka_.answer(KafkaApi::add_partitions_to_txn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});

    EXPECT_THAT(write(*acme, 2),
                TryAgain(AllOf(HasSubstr("another oktail of the same `instance` writes to this sink now (host"),
                               HasSubstr("process " + std::to_string(::getpid())))));
    EXPECT_THAT(write(*acme, 2), TryAgain(HasSubstr("another oktail"))) << "for good";
    EXPECT_FALSE(try_open("globex"));
    EXPECT_THAT(run_on(shard_, others->write(events(3), 0, checkpoint_at(2))), Committed());
}

// --- several routes in one turn ---

class SeveralRoutes : public KafkaMock {
protected:
    SeveralRoutes() {
        kafka_.create("events.first");
        kafka_.lead("events.globex", 2);
        for (const char* topic : {"events.acme", "events.first", "checkpoints"}) kafka_.lead(topic, 1);
        first_ = open("first");
        acme_ = open("acme");
        globex_ = open("globex");
    }
    /// Both in the turn behind one that takes its time.
    std::pair<WriteOutcome, WriteOutcome> write_together(std::uint64_t seq) {
        kafka_.set_round_trip(100);
        auto first = start(*first_, seq);
        wait(milliseconds(100));
        auto acme = start(*acme_, seq);
        auto globex = start(*globex_, seq);
        EXPECT_THAT(first.get(), Committed());
        kafka_.set_round_trip(0);
        return {acme.get(), globex.get()};
    }

    std::unique_ptr<SinkWriter> first_;
    std::unique_ptr<SinkWriter> acme_;
    std::unique_ptr<SinkWriter> globex_;
};

TEST_F(SeveralRoutes, CommitTogether) {
    const auto [acme, globex] = write_together(1);

    EXPECT_THAT(acme, Committed());
    EXPECT_THAT(globex, Committed());
    EXPECT_EQ(seq_of("acme"), 1u);
    EXPECT_EQ(seq_of("globex"), 1u);
}

class Refused : public SeveralRoutes, public testing::WithParamInterface<rd_kafka_resp_err_t> {};

/// Only the unit that holds them is told; the other one commits in the next transaction.
TEST_P(Refused, RecordsAreNotTheirNeighboursBusiness) {
    kafka_.answer_at(2, KafkaApi::produce, GetParam());

    const auto [acme, globex] = write_together(1);

    EXPECT_THAT(acme, Committed());
    EXPECT_EQ(globex.durable, 0u);
    EXPECT_FALSE(globex.checkpointed);
    ASSERT_TRUE(globex.error);
    EXPECT_THAT(globex.error->what(), HasSubstr("topic events.globex"));
    EXPECT_EQ(seq_of("acme"), 1u);
    EXPECT_EQ(seq_of("globex"), 0u);
    EXPECT_THAT(write_again(*globex_, 1), Committed());
}

INSTANTIATE_TEST_SUITE_P(Kafka, Refused,
                         testing::Values(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
                                         RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_RECORD),
                         [](const auto& info) { return case_name(info.index, ::rd_kafka_err2name(info.param)); });

/// No record was refused, so nobody can be blamed: they are committed one by one, and the others do not wait for that one.
TEST_F(SeveralRoutes, ATopicThatIsNoLongerAllowedTakesNobodyAlong) {
    kafka_.fail_topic("events.globex", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);

    const auto [acme, globex] = write_together(1);
    const WriteOutcome alone = write(*acme_, 2);
    kafka_.fail_topic("events.globex", fine);

    EXPECT_THAT(acme, Committed());
    EXPECT_THAT(globex, TryAgain(HasSubstr("let oktail's user write and describe the topic")));
    EXPECT_THAT(alone, Committed());
    EXPECT_THAT(write_again(*globex_, 1), Committed());
}

// --- kinds of refusals ---

/// Alone and first in its unit it can be set aside.
TEST_F(KafkaMock, ARecordThatIsNeverTakenIsRejected) {
    kafka_.lead("events.acme", 2);
    kafka_.lead("checkpoints", 1);
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer_at(2, KafkaApi::produce, RD_KAFKA_RESP_ERR_INVALID_RECORD);

    const WriteOutcome outcome = write(*acme, 2, 1);

    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::rejected) << outcome.error->what();
    EXPECT_EQ(outcome.durable, 0u);
    EXPECT_THAT(write_again(*acme, 2), Committed());
}

/// The topic takes less than it did: the route asks again how much.
TEST_F(KafkaMock, ABatchThatIsTooLargeMakesTheRouteBeginAnew) {
    kafka_.lead("events.acme", 2);
    kafka_.lead("checkpoints", 1);
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer_at(2, KafkaApi::produce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);

    const WriteOutcome outcome = write(*acme, 2);

    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::stopped);
    EXPECT_THAT(write_again(*open("acme"), 2), Committed());
}

TEST_F(KafkaMock, AProducerThatIsOutOfOrderIsMadeAnew) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());
    kafka_.answer(KafkaApi::produce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});

    const WriteOutcome outcome = write(*acme, 2);
    kafka_.forget_answers(KafkaApi::produce);

    EXPECT_TRUE(!outcome.checkpointed || !outcome.error);
    EXPECT_THAT(write(*acme, 2), Committed());
    EXPECT_EQ(seq_of("acme"), 2u);
}

// --- what keeps a route from being opened ---

struct Hindrance {
    rd_kafka_resp_err_t error;
    std::string advice;
};

class Topic : public KafkaMock, public testing::WithParamInterface<Hindrance> {};

TEST_P(Topic, ThatCannotBeWrittenIsSaidWithAdviceAndLookedAtAgain) {
    kafka_.fail_topic("events.acme", GetParam().error);

    const auto opened = try_open("acme");
    EXPECT_TRUE(try_open("globex")) << "the others can be";
    kafka_.fail_topic("events.acme", fine);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::transient);
    EXPECT_THAT(opened.error().what(), AllOf(HasSubstr("topic events.acme"), HasSubstr(GetParam().advice)));
    EXPECT_THAT(write(*open("acme"), 1), Committed());
}

INSTANTIATE_TEST_SUITE_P(Kafka, Topic,
                         testing::Values(Hindrance{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                                                   "; create the topic (docs/kafka.md), or let oktail"},
                                         Hindrance{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                                   "; let oktail's user write and describe the topic"}),
                         [](const auto& info) { return case_name(info.index, ::rd_kafka_err2name(info.param.error)); });

class TransactionalId : public KafkaMock, public testing::WithParamInterface<Hindrance> {};

TEST_P(TransactionalId, ThatCannotBeHadIsSaidWithAdviceAndAskedForAgain) {
    kafka_.answer(KafkaApi::init_producer_id, {GetParam().error});

    const auto opened = try_open("acme");
    const auto at_once = try_open("acme");
    wait(milliseconds(2'100));

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::transient);
    EXPECT_THAT(opened.error().what(), HasSubstr(GetParam().advice));
    ASSERT_FALSE(at_once) << "brokers are not asked without pause";
    EXPECT_THAT(write(*open("acme"), 1), Committed());
}

INSTANTIATE_TEST_SUITE_P(
    Kafka, TransactionalId,
    testing::Values(Hindrance{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                              "; let oktail's user write and describe the transactional ids that begin with oktail-"},
                    Hindrance{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "; let oktail's user write idempotently"},
                    Hindrance{RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, "; the broker allows less: lower"}),
    [](const auto& info) { return case_name(info.index, ::rd_kafka_err2name(info.param.error)); });

/// The first one makes the producer anew, for the topic takes less than we may send, and that fails.
TEST_F(KafkaMock, RoutesThatAreOpenedTogetherAreAllToldWhatIsWrong) {
    options_->max_message_size = 2'000'000;
    sink_ = make_sink();
    kafka_.answer(KafkaApi::init_producer_id, {fine, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED});

    auto first = start_on(shard_, sink_->checkpoints()->load(RouteId("first", "bus")));
    wait(milliseconds(30));
    auto acme = start_on(shard_, sink_->open(RouteId("acme", "bus"), TenantProfile()));
    auto globex = start_on(shard_, sink_->open(RouteId("globex", "bus"), TenantProfile()));

    EXPECT_TRUE(first.get());
    EXPECT_FALSE(acme.get());
    EXPECT_FALSE(globex.get());
    wait(milliseconds(2'100));
    EXPECT_THAT(write(*open("acme"), 1), Committed());
}

// --- outages and queues ---

TEST_F(KafkaMock, BrokersThatAreAwayForSecondsAreWaitedFor) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Committed());

    kafka_.go_down();
    auto waiting = start(*acme, 2);
    wait(milliseconds(1'500));
    kafka_.come_up();

    EXPECT_THAT(waiting.get(), Committed());
    EXPECT_THAT(places_of("acme"), ElementsAre(1, 2));
}

TEST_F(KafkaMock, AQueueThatIsFullIsWaitedFor) {
    options_->options["queue.buffering.max.messages"] = "10";
    const auto acme = open("acme");

    const WriteOutcome outcome = write(*acme, 1, 500);

    EXPECT_EQ(outcome.durable, 500u);
    EXPECT_TRUE(outcome.checkpointed);
    EXPECT_EQ(kafka_.values("events.acme").size(), 500u);
}

TEST_F(KafkaMock, APlaceIsSavedWithoutEventsToo) {
    static_cast<void>(open("acme"));

    const auto saved = run_on(shard_, sink_->checkpoints()->save(RouteId("acme", "bus"), checkpoint_at(3)));

    EXPECT_TRUE(saved.has_value());
    EXPECT_EQ(seq_of("acme"), 3u);
    close();
    sink_ = make_sink();
    EXPECT_EQ(seq_of("acme"), 3u) << "after a start";
    EXPECT_FALSE(store_.saved(RouteId("acme", "bus"))) << "the topic is the authority";
}

TEST_F(KafkaMock, WhatCannotBeReadInTheTopicIsFatalAndNoFreshStart) {
    kafka_.put("checkpoints", "acme/bus", "nonsense");

    const auto opened = try_open("acme");

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::fatal);
    EXPECT_THAT(opened.error().what(), HasSubstr("acme/bus"));
}

// --- at least once ---

class KafkaMockAtLeastOnce : public KafkaMock {
protected:
    KafkaMockAtLeastOnce() : KafkaMock(Delivery::at_least_once) {}
};

TEST_F(KafkaMockAtLeastOnce, NothingIsEverCheckpointed) {
    const auto acme = open("acme");

    EXPECT_THAT(write(*acme, 1), Delivered());
    EXPECT_THAT(places_of("acme"), ElementsAre());
}

TEST_F(KafkaMockAtLeastOnce, WhatIsRefusedSaysHowFarItGot) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Delivered());
    kafka_.answer(KafkaApi::produce, {RD_KAFKA_RESP_ERR_INVALID_RECORD});

    const WriteOutcome outcome = write(*acme, 2);

    EXPECT_EQ(outcome.durable, 0u);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::rejected) << outcome.error->what();
    EXPECT_THAT(write(*acme, 2), Delivered());
}

TEST_F(KafkaMockAtLeastOnce, BrokersThatAreAwayTooLongAreTriedAgain) {
    const auto acme = open("acme");
    ASSERT_THAT(write(*acme, 1), Delivered());
    kafka_.go_down();

    EXPECT_THAT(write(*acme, 2), TryAgain(testing::_));
    kafka_.come_up();

    EXPECT_THAT(write(*acme, 2), Delivered());
}

/// Of the state's and the topic's places the later one counts.
TEST_F(KafkaMock, DeliveryCanBeChanged) {
    ASSERT_THAT(write(*open("acme"), 4), Committed());
    close();
    options_ = std::make_shared<KafkaOptions>(*options_);
    options_->delivery = Delivery::at_least_once;
    sink_ = make_sink();

    EXPECT_EQ(seq_of("acme"), 4u);
    EXPECT_TRUE(run_on(shard_, sink_->checkpoints()->save(RouteId("acme", "bus"), checkpoint_at(5))).has_value());
    EXPECT_EQ(seq_of("acme"), 5u);
    EXPECT_TRUE(store_.saved(RouteId("acme", "bus")));
}

}  // namespace
}  // namespace oktail
