#include "sink/syslog/syslog_message.hpp"

#include "sink/syslog/framing.hpp"
#include "support/sample_page.hpp"
#include "support/seed.hpp"
#include "support/syslog_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace oktail {
namespace {

using testing::HasSubstr;

const std::string sample = R"({"uuid":"5f3c1b0a-0001-4000-8000-000000000001","published":"2026-01-05T08:14:27.361Z",)"
                           R"("eventType":"user.session.start","severity":"WARN","actor":{"alternateId":"ann@acme.example"},)"
                           R"("client":{"ipAddress":"203.0.113.7"},"outcome":{"result":"SUCCESS"},"transaction":{"id":"T-1"}})";

class SyslogMessageTest : public testing::Test {
protected:
    Result<std::string_view> message(std::string_view event, UtcTime published = {}) {
        EventSlice slice;
        slice.published = published;
        if (!messages_) {
            const RouteId route("acme", "siem");
            const TenantProfile tenant(domain, {{"tier", "gold"}});
            messages_.emplace(keys, route, tenant, line_format(keys.format, route, tenant));
        }
        return messages_->message(event, slice);
    }
    std::string text(std::string_view event, UtcTime published = {}) {
        const auto made = message(event, published);
        return made ? std::string(*made) : "error: " + made.error().what();
    }
    SyslogParts parts(std::string_view event, UtcTime published = {}) {
        const auto parsed = parse_syslog(text(event, published));
        EXPECT_TRUE(parsed) << text(event, published);
        return parsed.value_or(SyslogParts());
    }

    SyslogKeys keys;
    std::string domain = "acme.okta.com";

private:
    std::optional<SyslogMessages> messages_;
};

TEST_F(SyslogMessageTest, HasEveryField) {
    EXPECT_EQ(text(sample),
              R"(<84>1 2026-01-05T08:14:27.361Z acme.okta.com okta acme user.session.start )"
              R"([okta@32473 uuid="5f3c1b0a-0001-4000-8000-000000000001" type="user.session.start" tenant="acme" )"
              R"(outcome="SUCCESS" actor="ann@acme.example" client_ip="203.0.113.7" txn="T-1"] )" +
                  sample);
}

TEST_F(SyslogMessageTest, SeverityIsTheEvents) {
    const auto priority = [this](const std::string& severity) { return parts(R"({"severity":")" + severity + "\"}").priority; };

    EXPECT_EQ(priority("DEBUG"), 87);
    EXPECT_EQ(priority("INFO"), 86);
    EXPECT_EQ(priority("WARN"), 84);
    EXPECT_EQ(priority("ERROR"), 83);
    EXPECT_EQ(priority("SOMETHING"), 86);
    EXPECT_EQ(parts("{}").priority, 86);
}

TEST_F(SyslogMessageTest, FacilityAndNumberAreAsConfigured) {
    keys.facility = 13;
    keys.enterprise_number = 4294967295;

    EXPECT_EQ(parts(sample).priority, 13 * 8 + 4);
    EXPECT_EQ(parts(sample).data_id, "okta@4294967295");
}

TEST_F(SyslogMessageTest, TimeIsWhatOktaWroteWhereThatIsAllowed) {
    const auto time = [this](const std::string& published) {
        return parts(R"({"published":")" + published + "\"}", UtcTime(std::chrono::milliseconds(1'767'600'867'361))).timestamp;
    };
    const std::string ours = "2026-01-05T08:14:27.361Z";

    for (const std::string good : {"2026-01-05T08:14:27Z", "2026-01-05T08:14:27.3Z", "2026-01-05T08:14:27.123456Z",
                                   "2026-01-05T08:14:27.361+02:00", "2026-01-05T08:14:27-11:30"})
        EXPECT_EQ(time(good), good);
    for (const std::string odd :
         {"2026-01-05 08:14:27.361000000", "2026-01-05T08:14:27.1234567Z", "2026-01-05T08:14:60Z", "2026-01-05t08:14:27z",
          "2026-13-05T08:14:27Z", "2026-00-05T08:14:27Z", "2026-01-00T08:14:27Z", "2026-01-32T08:14:27Z",
          "2026-01-05T24:14:27Z", "2026-01-05T08:14:27", "2026-01-05T08:14:27.Z", "2026-01-05T08:14:27+0200", "yesterday",
          "2026-01-05T08:14:27Z x", ""})
        EXPECT_EQ(time(odd), ours) << odd;
    EXPECT_EQ(parts(R"({"published":"yesterday"})").timestamp, "-");
}

TEST_F(SyslogMessageTest, LongTypesAreCutInTheIdOnly) {
    const std::string type = "application.provision.user.verify_exists_and_more";

    const SyslogParts made = parts(R"({"eventType":")" + type + "\"}");

    EXPECT_EQ(made.message_id, type.substr(0, 32));
    EXPECT_EQ(made.parameter("type"), type);
}

TEST_F(SyslogMessageTest, WhatIsMissingIsNotThere) {
    EXPECT_EQ(text("{}"), R"(<86>1 - acme.okta.com okta acme - [okta@32473 tenant="acme"] {})");
}

TEST_F(SyslogMessageTest, ParametersAreEscaped) {
    const SyslogParts made = parts(R"({"actor":{"alternateId":"a\"b\\c]d\n\u0000\u007fé\u2028"}})");

    EXPECT_EQ(made.parameter("actor"), "a\"b\\c]d???é?");
    EXPECT_THAT(text(R"({"actor":{"alternateId":"\"\\]"}})"), HasSubstr(R"(actor="\"\\\]")"));
}

TEST_F(SyslogMessageTest, NamesHoldNothingButPrintableAscii) {
    domain = "ac me\n.example";

    const SyslogParts made = parts(R"({"eventType":"a b\tü"})");

    EXPECT_EQ(made.host, "ac?me?.example");
    EXPECT_EQ(made.message_id, R"(a?b\t??)");
}

TEST_F(SyslogMessageTest, LongParametersAreCutBetweenCharacters) {
    std::string actor;
    for (int i = 0; i < 200; ++i) actor += "é";

    EXPECT_EQ(parts(R"({"actor":{"alternateId":"x)" + actor + "\"}}").parameter("actor"), "x" + actor.substr(0, 254));
}

TEST_F(SyslogMessageTest, LongParametersDoNotPushOutTheEvent) {
    keys.max_message_size = 1'024;
    const std::string event = R"({"uuid":"u","eventType":"t","actor":{"alternateId":")" + std::string(300, 'a') +
                              R"("},"transaction":{"id":")" + std::string(200, 't') + R"("}})";

    const SyslogParts made = parts(event);

    EXPECT_EQ(made.message, event);
    EXPECT_EQ(made.parameter("uuid"), "u");
    EXPECT_EQ(made.parameter("actor"), "");
}

TEST_F(SyslogMessageTest, EnvelopeAndCefAreFormatsToo) {
    keys.format = EventFormat::envelope;
    EXPECT_EQ(parts("{}").message, R"({"tenant":"acme","labels":{"tier":"gold"},"event":{}})");
}

TEST_F(SyslogMessageTest, CefIsTheMessage) {
    keys.format = EventFormat::cef;

    EXPECT_THAT(parts(sample).message, testing::StartsWith("CEF:0|Okta|System Log|0|user.session.start|"));
}

std::string event_with_debug_data(std::size_t small, std::size_t large) {
    return R"({"uuid":"u","debugContext":{"debugData":{"small":")" + std::string(small, 's') + R"(","large":")" +
           std::string(large, 'l') + R"("}},"last":1})";
}

TEST_F(SyslogMessageTest, CompactDropsTheLargestDebugDataAndSaysSo) {
    const SyslogParts made = parts(event_with_debug_data(100, 9'000));

    EXPECT_EQ(made.message,
              R"({"uuid":"u","debugContext":{"debugData":{"small":")" + std::string(100, 's') + R"("}},"last":1})");
    EXPECT_EQ(made.parameter("truncated"), "debugData");
}

TEST_F(SyslogMessageTest, WhatCannotBeCompactedIsRejected) {
    const auto made = message(R"({"uuid":"u","x":")" + std::string(9'000, 'x') + "\"}");

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::rejected);
    EXPECT_THAT(made.error().what(), HasSubstr("max_message_size is 8096"));
}

TEST_F(SyslogMessageTest, TruncateCutsBetweenCharactersAndSaysSo) {
    keys.oversize = Oversize::truncate;
    std::string many;
    for (int i = 0; i < 5'000; ++i) many += "é";
    const std::string event = R"({"x":")" + many + "\"}";

    const SyslogParts made = parts(event);

    EXPECT_EQ(made.parameter("truncated"), "true");
    EXPECT_EQ(event.substr(0, made.message.size()), made.message);
    EXPECT_EQ((made.message.size() - 6) % 2, 0u);
    std::string frame;
    put_frame(frame, keys.framing, *message(event));
    EXPECT_THAT(frame.size(), testing::AllOf(testing::Le(8'096u), testing::Ge(8'095u)));
}

TEST_F(SyslogMessageTest, DeadLetterRejectsTheWhole) {
    keys.oversize = Oversize::dead_letter;

    EXPECT_EQ(message(event_with_debug_data(10, 9'000)).error().kind(), ErrorKind::rejected);
}

TEST_F(SyslogMessageTest, FailIsForAPerson) {
    keys.oversize = Oversize::fail;

    const auto made = message(event_with_debug_data(10, 9'000));

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::transient);
    EXPECT_THAT(made.error().what(), HasSubstr("event u: its frame has 9"));
    EXPECT_THAT(made.error().what(), HasSubstr("raise it, at the receiver first"));
}

TEST_F(SyslogMessageTest, LfFramingEscapesControlsInStringsAndBlanksThemElsewhere) {
    keys.framing = SyslogFraming::lf;

    EXPECT_EQ(parts("{\"a\\\"\":\"x\ty\nz\x7f\xc2\x85\xe2\x80\xa9\"\t,\n\"b\":1}").message,
              R"({"a\"":"x\u0009y\u000az\u007f\u0085\u2029" , "b":1})");
    EXPECT_EQ(parts(R"({"plain":"é"})").message, R"({"plain":"é"})");
}

TEST_F(SyslogMessageTest, OctetCountingLeavesTheBytesAlone) {
    const std::string event("{\"a\":\"x\ny\0z\"}", 13);

    EXPECT_EQ(parts(event).message, event);
}

/// Bytes that somebody would use to break out of a field, a frame or a line.
std::string hostile_text(std::mt19937& random) {
    static const std::vector<std::string> pieces{"\n",
                                                 "\r",
                                                 "\\n",
                                                 "\\\"",
                                                 "\"",
                                                 "]",
                                                 "\\",
                                                 "\\\\",
                                                 " ",
                                                 "<86>1",
                                                 "1 ",
                                                 "9999 ",
                                                 "\\u000a",
                                                 "\t",
                                                 "\x7f",
                                                 "\xc2\x85",
                                                 "\xe2\x80\xa8",
                                                 "\x1b[31m",
                                                 "é",
                                                 "{",
                                                 "}",
                                                 ":",
                                                 ",",
                                                 "[okta@1 ",
                                                 "uuid=\"",
                                                 "\\u0000",
                                                 "\\ud800",
                                                 "\xff",
                                                 std::string(1, '\0'),
                                                 "{\"uuid\":\"x\"}",
                                                 "A"};
    std::string out;
    for (auto n = random() % 12; n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
}

std::string hostile_event(std::mt19937& random) {
    std::string out = "{";
    for (const char* name : {"uuid", "published", "eventType", "severity", "displayMessage"})
        if (random() % 4 != 0) out += '"' + std::string(name) + "\":\"" + hostile_text(random) + "\",";
    for (const char* object : {"actor", "client", "outcome", "transaction", "debugContext"})
        out += '"' + std::string(object) + R"(":{"alternateId":")" + hostile_text(random) + R"(","ipAddress":")" +
               hostile_text(random) + R"(","result":")" + hostile_text(random) + R"(","id":")" + hostile_text(random) + "\"},";
    if (random() % 50 == 0) out += "\"long\":\"" + std::string(random() % 12'000, 'x') + "\",";
    out += "\"end\":\"" + hostile_text(random) + "\"}";
    if (random() % 20 == 0) out.resize(random() % (out.size() + 1));
    return out;
}

/// Whatever an event holds, the receiver sees exactly the frames that were sent.
TEST_F(SyslogMessageTest, HostileEventsForgeNoFrame) {
    std::mt19937 random(seed());
    keys.oversize = Oversize::truncate;
    for (int round = 0; round < 100; ++round) {
        std::string stream;
        std::vector<std::string> sent;
        std::vector<std::string> events;
        for (int i = 0; i < 1'000; ++i) {
            const std::string event = hostile_event(random);
            const auto made = message(event);
            ASSERT_TRUE(made) << event;
            put_frame(stream, SyslogFraming::octet_counting, *made);
            sent.emplace_back(*made);
            events.push_back(event);
        }
        const auto received = split_octet_counted(stream);
        ASSERT_TRUE(received);
        ASSERT_EQ(*received, sent);
        for (std::size_t i = 0; i < sent.size(); ++i) {
            const auto parsed = parse_syslog((*received)[i]);
            ASSERT_TRUE(parsed) << (*received)[i];
            ASSERT_EQ(parsed->data_id, "okta@32473");
            ASSERT_EQ(parsed->process, "acme");
            if (parsed->parameter("truncated").empty()) {
                ASSERT_EQ(parsed->message, events[i]);
            }
        }
    }
}

TEST_F(SyslogMessageTest, HostileEventsForgeNoLine) {
    std::mt19937 random(seed());
    keys.framing = SyslogFraming::lf;
    keys.oversize = Oversize::truncate;
    for (int i = 0; i < 20'000; ++i) {
        const std::string event = hostile_event(random);
        const auto made = message(event);
        ASSERT_TRUE(made) << event;
        for (const char c : *made) ASSERT_TRUE(static_cast<unsigned char>(c) >= ' ' && c != '\x7f') << *made;
        ASSERT_TRUE(parse_syslog(*made)) << *made;
        boost::system::error_code ec;
        const auto as_sent = boost::json::parse(event, ec);
        if (ec || !parse_syslog(*made)->parameter("truncated").empty()) continue;
        ASSERT_EQ(boost::json::parse(parse_syslog(*made)->message), as_sent);
    }
}

TEST_F(SyslogMessageTest, SamplesAreReadBackWhole) {
    SampleEvents samples;
    for (int i = 0; i < 1'000; ++i) {
        const std::string event = samples.event();
        const SyslogParts made = parts(event);
        const auto json = boost::json::parse(event);
        ASSERT_EQ(made.message, event);
        ASSERT_EQ(made.parameter("uuid"), json.at("uuid").as_string());
        ASSERT_EQ(made.parameter("type"), json.at("eventType").as_string());
        ASSERT_EQ(made.parameter("actor"), json.at("actor").at("alternateId").as_string());
        ASSERT_EQ(made.parameter("client_ip"), json.at("client").at("ipAddress").as_string());
        ASSERT_EQ(made.parameter("txn"), json.at("transaction").at("id").as_string());
        ASSERT_EQ(made.timestamp, json.at("published").as_string());
    }
}

}  // namespace
}  // namespace oktail
