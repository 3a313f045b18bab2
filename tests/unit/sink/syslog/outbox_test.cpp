#include "sink/syslog/outbox.hpp"

#include "support/batch_of.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

/// Routes that hand over parcels of numbered events, and what they are told.
class OutboxTest : public testing::Test {
protected:
    struct Route {
        ParcelPtr parcel;
        std::shared_ptr<std::optional<WriteOutcome>> told = std::make_shared<std::optional<WriteOutcome>>();
    };

    /// Events [first, end of the batch); the event at `too_large` is just that.
    Route route(std::size_t events, std::size_t first = 0, std::size_t too_large = std::string::npos) {
        std::vector<std::string> batch;
        for (std::size_t i = 0; i < events; ++i)
            batch.push_back("event " + std::to_string(i) + (i == too_large ? std::string(2'000, 'x') : std::string()));
        const auto answer = std::make_shared<Parcel::Answer>(io_.get_executor());
        Route route;
        route.parcel = std::make_shared<Parcel>(batch_of(batch), first, messages_, answer);
        const auto wait = [](std::shared_ptr<Parcel::Answer> answer,
                             std::shared_ptr<std::optional<WriteOutcome>> told) -> asio::awaitable<void> {
            *told = co_await Parcel::Answer::take(answer);
        };
        asio::co_spawn(io_, wait(answer, route.told), asio::detached);
        return route;
    }

    /// What the route knows by now: "2 durable", "2 durable, why", or "nothing".
    std::string told(const Route& route) {
        io_.restart();
        io_.poll();
        if (!*route.told) return "nothing";
        const WriteOutcome& outcome = **route.told;
        EXPECT_FALSE(outcome.checkpointed);
        const std::string why = outcome.error ? ", " + outcome.error->what() : std::string();
        return std::to_string(outcome.durable) + " durable" + why;
    }

    /// The event in the parcel's next message; "none" if there is none.
    static std::string next_event(const ParcelPtr& parcel) {
        const auto message = parcel->next_message();
        return message ? std::string(message->substr(message->rfind("event"))) : "none";
    }
    static void send_all(const ParcelPtr& parcel) {
        while (parcel->next_message()) continue;
    }

    asio::io_context io_;
    SyslogKeys keys_ = [] {
        SyslogKeys keys;
        keys.max_message_size = 1'024;
        return keys;
    }();
    std::shared_ptr<SyslogMessages> messages_ =
        std::make_shared<SyslogMessages>(keys_, RouteId("acme", "siem"), TenantProfile("acme.okta.com"), LineFormat::raw());
    Outbox outbox_;
};

class ParcelTest : public OutboxTest {};

TEST_F(ParcelTest, GivesAMessageForEachEvent) {
    const Route route = this->route(3, 1);
    EXPECT_EQ(route.parcel->next(), 1u);

    EXPECT_EQ(next_event(route.parcel), "event 1");
    EXPECT_EQ(route.parcel->next(), 2u);
    EXPECT_FALSE(route.parcel->is_sent());
    EXPECT_EQ(next_event(route.parcel), "event 2");

    EXPECT_TRUE(route.parcel->is_sent());
    EXPECT_EQ(next_event(route.parcel), "none");
    EXPECT_EQ(told(route), "nothing") << "sent is not taken";
}

TEST_F(ParcelTest, TellsWhenTheLastEventIsAcknowledged) {
    const Route route = this->route(4, 1);
    send_all(route.parcel);

    route.parcel->acknowledge(2);
    route.parcel->acknowledge(3);
    EXPECT_EQ(told(route), "nothing");
    EXPECT_FALSE(route.parcel->is_over());
    route.parcel->acknowledge(4);

    EXPECT_EQ(told(route), "3 durable");
    EXPECT_TRUE(route.parcel->is_over());
}

TEST_F(ParcelTest, AcknowledgementsNeverGoBack) {
    const Route route = this->route(3);
    send_all(route.parcel);

    route.parcel->acknowledge(2);
    route.parcel->acknowledge(1);
    route.parcel->fail(Error(ErrorKind::transient, "it broke"));

    EXPECT_EQ(told(route), "2 durable, it broke");
}

TEST_F(ParcelTest, TellsOnlyOnce) {
    const Route route = this->route(1);
    send_all(route.parcel);
    route.parcel->acknowledge(1);

    route.parcel->acknowledge(1);
    route.parcel->fail(Error(ErrorKind::transient, "it broke"));
    route.parcel->refuse(0, Error(ErrorKind::rejected, "no"));

    EXPECT_EQ(told(route), "1 durable");
}

TEST_F(ParcelTest, ARefusedEventEndsItWhenAllBeforeIsTaken) {
    const Route route = this->route(3);
    send_all(route.parcel);
    route.parcel->acknowledge(1);

    route.parcel->refuse(1, Error(ErrorKind::rejected, "no"));
    route.parcel->acknowledge(3);

    EXPECT_EQ(told(route), "1 durable, no");
    EXPECT_EQ((*route.told)->error->kind(), ErrorKind::rejected);
    EXPECT_TRUE(route.parcel->is_sent());
}

TEST_F(ParcelTest, AnEventThatCannotBeSentWaitsForThoseBeforeIt) {
    const Route route = this->route(3, 0, 1);
    EXPECT_EQ(next_event(route.parcel), "event 0");
    EXPECT_EQ(next_event(route.parcel), "none");
    EXPECT_TRUE(route.parcel->is_sent());
    EXPECT_EQ(told(route), "nothing");

    route.parcel->acknowledge(1);

    EXPECT_EQ(told(route).substr(0, 26), "1 durable, its frame has 2");
    EXPECT_EQ((*route.told)->error->kind(), ErrorKind::rejected);
}

TEST_F(ParcelTest, AnEventThatCannotBeSentIsToldAtOnceIfItIsTheFirst) {
    const Route route = this->route(3, 1, 1);

    EXPECT_EQ(next_event(route.parcel), "none");

    EXPECT_EQ(told(route).substr(0, 26), "0 durable, its frame has 2");
}

TEST_F(ParcelTest, ABreakComesBeforeAnEventThatCannotBeSent) {
    const Route route = this->route(4, 0, 2);
    send_all(route.parcel);
    route.parcel->acknowledge(1);

    route.parcel->fail(Error(ErrorKind::transient, "it broke"));

    EXPECT_EQ(told(route), "1 durable, it broke");
}

TEST_F(ParcelTest, OneThatNobodyWaitsForSendsNothingMore) {
    const Route route = this->route(3);
    EXPECT_EQ(next_event(route.parcel), "event 0");

    route.parcel->abandoned = true;

    EXPECT_TRUE(route.parcel->is_sent());
    EXPECT_TRUE(route.parcel->is_over());
    EXPECT_EQ(next_event(route.parcel), "none");
    route.parcel->acknowledge(3);
    route.parcel->fail(Error(ErrorKind::transient, "it broke"));
    EXPECT_EQ(told(route), "nothing");
}

TEST_F(OutboxTest, HasNothingAtFirst) {
    EXPECT_EQ(outbox_.current(), nullptr);
    EXPECT_FALSE(outbox_.is_anything_sent());
}

TEST_F(OutboxTest, TakesTurns) {
    const Route a = route(2);
    const Route b = route(2);
    outbox_.add(a.parcel);
    outbox_.add(b.parcel);

    EXPECT_EQ(outbox_.current(), a.parcel);
    EXPECT_EQ(outbox_.current(), a.parcel) << "until its turn ends";
    outbox_.end_turn();
    EXPECT_EQ(outbox_.current(), b.parcel);
    outbox_.end_turn();
    EXPECT_EQ(outbox_.current(), a.parcel);
}

TEST_F(OutboxTest, AParcelThatIsSentHasNoTurn) {
    const Route a = route(2);
    const Route b = route(2);
    outbox_.add(a.parcel);
    outbox_.add(b.parcel);

    send_all(a.parcel);

    EXPECT_EQ(outbox_.current(), b.parcel);
    outbox_.end_turn();
    EXPECT_EQ(outbox_.current(), b.parcel);
    send_all(b.parcel);
    EXPECT_EQ(outbox_.current(), nullptr);
}

TEST_F(OutboxTest, AParcelIsSentUntilItIsAcknowledged) {
    const Route a = route(2);
    outbox_.add(a.parcel);
    send_all(a.parcel);
    EXPECT_EQ(outbox_.current(), nullptr);
    EXPECT_TRUE(outbox_.is_anything_sent());

    a.parcel->acknowledge(1);
    EXPECT_TRUE(outbox_.is_anything_sent());
    a.parcel->acknowledge(2);

    EXPECT_FALSE(outbox_.is_anything_sent());
}

TEST_F(OutboxTest, AnAbandonedParcelIsDropped) {
    const Route a = route(2);
    const Route b = route(2);
    outbox_.add(a.parcel);
    outbox_.add(b.parcel);

    a.parcel->abandoned = true;

    EXPECT_EQ(outbox_.current(), b.parcel);
    EXPECT_EQ(a.parcel.use_count(), 1) << "the outbox has let go of it";
    send_all(b.parcel);
    EXPECT_EQ(outbox_.current(), nullptr);
    b.parcel->abandoned = true;
    EXPECT_FALSE(outbox_.is_anything_sent());
}

TEST_F(OutboxTest, ABreakIsToldToAllThatAreNotWhole) {
    const Route whole = route(1);
    const Route sent = route(2);
    const Route unsent = route(2);
    for (const Route* route : {&whole, &sent, &unsent}) outbox_.add(route->parcel);
    send_all(whole.parcel);
    send_all(sent.parcel);
    EXPECT_EQ(outbox_.current(), unsent.parcel);
    whole.parcel->acknowledge(1);
    sent.parcel->acknowledge(1);

    outbox_.fail_all(Error(ErrorKind::transient, "it broke"));

    EXPECT_EQ(told(whole), "1 durable");
    EXPECT_EQ(told(sent), "1 durable, it broke");
    EXPECT_EQ(told(unsent), "0 durable, it broke");
    EXPECT_EQ(outbox_.current(), nullptr);
    EXPECT_FALSE(outbox_.is_anything_sent());
}

TEST_F(OutboxTest, WakesWhoeverWaitsForMore) {
    bool woken = false;
    const auto wait = [&]() -> asio::awaitable<void> {
        co_await outbox_.changed.wait({});
        woken = true;
    };
    asio::co_spawn(io_, wait(), asio::detached);
    io_.poll();
    ASSERT_FALSE(woken);

    outbox_.add(route(1).parcel);
    io_.poll();

    EXPECT_TRUE(woken);
}

}  // namespace
}  // namespace oktail
