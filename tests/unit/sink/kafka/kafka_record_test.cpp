#include "sink/kafka/kafka_record.hpp"

#include "support/case_name.hpp"
#include "support/sample_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

namespace oktail {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

const RouteId route("acme", "bus");
constexpr std::string_view event =
    R"({"actor":{"id":"00u1"},"eventType":"user.session.start","published":"2026-01-05T08:14:27.361Z","uuid":"u-1"})";

RecordFormat format_of(KafkaKey key, EventFormat format = EventFormat::raw, Labels labels = {}) {
    KafkaKeys keys;
    keys.topic = "okta.{tenant}";
    keys.key = key;
    keys.format = format;
    return RecordFormat(keys, route, TenantProfile("acme.okta.com", std::move(labels)));
}

Headers headers_of(const RecordFormat& format, std::string_view of) {
    const auto headers = format.headers(of);
    Headers out;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; ::rd_kafka_header_get_all(headers.get(), i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i)
        out.emplace_back(name, std::string(static_cast<const char*>(value), size));
    return out;
}

TEST(KafkaRecord, GoesToTheTenantsTopic) { EXPECT_EQ(format_of(KafkaKey::tenant).topic(), "okta.acme"); }

TEST(KafkaRecord, IsKeyedAsConfigured) {
    EXPECT_EQ(format_of(KafkaKey::tenant).key(event), "acme");
    EXPECT_EQ(format_of(KafkaKey::actor).key(event), "00u1");
    EXPECT_EQ(format_of(KafkaKey::uuid).key(event), "u-1");
    EXPECT_EQ(format_of(KafkaKey::actor).key(R"({"actor":{"id":"a\"b\u00e9"}})"), "a\"b\u00e9");
}

/// An event must not go astray for what it lacks.
TEST(KafkaRecord, WithoutWhatItIsKeyedByItHasTheTenantsKey) {
    for (const std::string& poor :
         {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"actor":null,"uuid":7})"),
          std::string(R"({"actor":{"id":""},"uuid":""})"),
          R"({"actor":{"id":")" + std::string(1'025, 'x') + R"("},"uuid":")" + std::string(1'025, 'x') + "\"}"}) {
        EXPECT_EQ(format_of(KafkaKey::actor).key(poor), "acme") << poor;
        EXPECT_EQ(format_of(KafkaKey::uuid).key(poor), "acme") << poor;
    }
    const std::string longest(1'024, 'x');
    EXPECT_EQ(format_of(KafkaKey::actor).key(R"({"actor":{"id":")" + longest + "\"}}"), longest);
}

/// docs/kafka.md, "How to read".
TEST(KafkaRecord, HeadersSayWhatIsInIt) {
    EXPECT_THAT(headers_of(format_of(KafkaKey::tenant, EventFormat::raw, {{"env", "prod"}, {"team", "a b"}}), event),
                testing::UnorderedElementsAre(
                    testing::Pair("okta-uuid", "u-1"), testing::Pair("okta-event-type", "user.session.start"),
                    testing::Pair("okta-published", "2026-01-05T08:14:27.361Z"), testing::Pair("okta-tenant", "acme"),
                    testing::Pair("okta-label-env", "prod"), testing::Pair("okta-label-team", "a b"),
                    testing::Pair("content-type", "application/json")));
    EXPECT_THAT(headers_of(format_of(KafkaKey::tenant, EventFormat::cef), event),
                testing::Contains(testing::Pair("content-type", "text/plain")));
}

TEST(KafkaRecord, WhatAnEventLacksIsNoHeader) {
    EXPECT_THAT(
        headers_of(format_of(KafkaKey::tenant), "{}"),
        testing::UnorderedElementsAre(testing::Pair("okta-tenant", "acme"), testing::Pair("content-type", "application/json")));
}

TEST(KafkaRecord, HeadersTakenFromAnEventAreCut) {
    const std::string longer = R"({"uuid":")" + std::string(10'000, 'x') + "\"}";

    EXPECT_THAT(headers_of(format_of(KafkaKey::tenant), longer),
                testing::Contains(testing::Pair("okta-uuid", std::string(256, 'x'))));
}

TEST(KafkaRecord, ItsValueIsTheEventInTheSinksFormat) {
    std::string scratch;

    const std::string_view raw = format_of(KafkaKey::tenant).value(event, scratch);
    EXPECT_EQ(raw.data(), event.data());
    EXPECT_EQ(raw.size(), event.size());
    EXPECT_EQ(format_of(KafkaKey::tenant, EventFormat::envelope).value(event, scratch),
              R"({"tenant":"acme","labels":{},"event":)" + std::string(event) + "}");
    EXPECT_THAT(std::string(format_of(KafkaKey::tenant, EventFormat::cef).value(event, scratch)),
                testing::StartsWith("CEF:0|"));
}

TEST(KafkaRecord, ItsTimeIsTheEvents) {
    EventSlice slice;
    EXPECT_EQ(record_time(slice), 0) << "Kafka is to take its own";
    slice.published = event_time("2026-01-05T08:14:27.361Z");
    EXPECT_EQ(record_time(slice), 1'767'600'867'361);
    slice.published = UtcTime(std::chrono::milliseconds(-1));
    EXPECT_EQ(record_time(slice), 0) << "before the epoch a time is none for Kafka";
}

/// Whether a producer takes the event's record, if a record may have `most` bytes. Nothing is sent.
rd_kafka_resp_err_t producer_says(const RecordFormat& format, const std::string& of, std::size_t most) {
    KafkaHandle<rd_kafka_conf_t> conf(::rd_kafka_conf_new());
    std::array<char, 512> why{};
    const std::string bytes = std::to_string(most);
    EXPECT_EQ(::rd_kafka_conf_set(conf.get(), "message.max.bytes", bytes.c_str(), why.data(), why.size()), RD_KAFKA_CONF_OK);
    EXPECT_EQ(::rd_kafka_conf_set(conf.get(), "log_level", "2", why.data(), why.size()), RD_KAFKA_CONF_OK);
    const KafkaHandle<rd_kafka_t> producer(::rd_kafka_new(RD_KAFKA_PRODUCER, conf.release(), why.data(), why.size()));
    std::string scratch;
    const std::string_view value = format.value(of, scratch);
    const std::string key = format.key(of);
    auto headers = format.headers(of);
    const auto code =
        ::rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC("okta"), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                            RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                            RD_KAFKA_V_KEY(key.data(), key.size()), RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(headers.release());
    ::rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE);
    return code;
}

/// The longest headers and key that an event can bring along, and the rest of it filling up to `size` bytes.
std::string event_of(std::size_t size, char filling) {
    const std::string longest(1'024, 'x');
    std::string out = R"({"actor":{"id":")" + longest + R"("},"eventType":")" + longest + R"(","published":")" + longest +
                      R"(","uuid":")" + longest + R"(","debugContext":{"debugData":{"requestUri":")";
    const std::string end = "\"}}}";
    out.append(size - out.size() - end.size(), filling);
    return out + end;
}

struct Wording {
    std::string name;
    EventFormat format;
    char filling;
    KafkaKey key = KafkaKey::actor;
};

class LargestEvent : public testing::TestWithParam<Wording> {
protected:
    static RecordFormat format() {
        Labels labels;
        for (int i = 0; i < 20; ++i) labels["label-" + std::to_string(i)] = std::string(200, 'v');
        return format_of(GetParam().key, GetParam().format, labels);
    }
};

constexpr std::array<std::size_t, 3> limits{64UL * 1024, 1'000'000, 4UL * 1024 * 1024};

TEST_P(LargestEvent, HasARecordThatIsTaken) {
    for (const std::size_t most : limits) {
        const std::size_t largest = format().largest_event(most);
        ASSERT_GT(largest, 6'000u) << most;
        EXPECT_EQ(producer_says(format(), event_of(largest, GetParam().filling), most), RD_KAFKA_RESP_ERR_NO_ERROR) << most;
    }
}

INSTANTIATE_TEST_SUITE_P(KafkaRecord, LargestEvent,
                         testing::Values(Wording{"raw", EventFormat::raw, 'x'}, Wording{"envelope", EventFormat::envelope, 'x'},
                                         Wording{"raw_by_uuid", EventFormat::raw, 'x', KafkaKey::uuid},
                                         Wording{"cef", EventFormat::cef, 'x'},
                                         Wording{"cef_that_escapes", EventFormat::cef, '='}),
                         [](const auto& info) { return info.param.name; });

/// It is no idle limit, either.
TEST(KafkaRecord, MuchMoreThanTheLargestEventIsRefused) {
    for (const std::size_t most : limits) {
        const RecordFormat format = format_of(KafkaKey::actor);
        const std::size_t largest = format.largest_event(most);
        EXPECT_GT(largest, most - 3'000);
        EXPECT_EQ(producer_says(format, event_of(largest + 3'000, 'x'), most), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) << most;
    }
}

TEST(KafkaRecord, WhereNoEventFitsTheLargestIsNone) {
    EXPECT_EQ(format_of(KafkaKey::tenant).largest_event(0), 0u);
    EXPECT_EQ(format_of(KafkaKey::tenant).largest_event(1'024), 0u);
}

/// CEF grows by its labels and its escapes: what makes the most of them still fits.
TEST(KafkaRecord, CefOfASmallEventFitsToo) {
    constexpr std::size_t most = 64UL * 1024;
    SampleEvents samples;
    std::string scratch;

    for (int i = 0; i < 200; ++i) {
        const std::string sample = samples.event();
        const RecordFormat format = format_of(KafkaKey::tenant, EventFormat::cef);
        const auto grown =
            static_cast<std::ptrdiff_t>(format.value(sample, scratch).size()) - static_cast<std::ptrdiff_t>(sample.size());
        EXPECT_LT(grown, static_cast<std::ptrdiff_t>(most - format.largest_event(most)));
    }
}

}  // namespace
}  // namespace oktail
