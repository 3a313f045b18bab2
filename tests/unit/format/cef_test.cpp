#include "format/cef.hpp"

#include "unit/format/cef_reader.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

const Cef& acme() {
    static const Cef cef("acme.okta.com", "acme");
    return cef;
}

std::string line_of(std::string_view event) { return acme().text(event).value_or("nothing"); }

/// The extension without what every event has.
std::string fields_of(const std::string& event) {
    std::string line = line_of(event);
    const std::string always = "deviceExternalId=acme dvchost=acme.okta.com";
    line.replace(line.find(always), always.size(), "*");
    return line.substr(read_cef(line).header_size);
}

std::string field(std::string_view event, const std::string& key) {
    const ReadCef read = read_cef(line_of(event));
    return read.fields.contains(key) ? read.fields.at(key) : "none";
}

const char* const full_event =
    R"({"uuid":"8d8ac910-ea0e-11f0-9c2b-4f6f1d2a7b31","published":"2026-01-05T08:14:27.361Z","eventType":"user.session.start",)"
    R"("version":"0","severity":"INFO","legacyEventType":"core.user_auth.login_success","displayMessage":"User login to Okta",)"
    R"("actor":{"id":"00u1","type":"User","alternateId":"dana@fabrikam.example","displayName":"Dana Rivers"},)"
    R"("client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (X11) Gecko"},"zone":"Office","ipAddress":"203.0.113.77"},)"
    R"("authenticationContext":{"externalSessionId":"idx0"},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},)"
    R"("target":[{"id":"0oa1","type":"AppInstance","displayName":"Okta Dashboard"},)"
    R"({"id":"00u2","type":"User","alternateId":"zoe@fabrikam.example"},{"id":"00u3","type":"User"}],)"
    R"("transaction":{"type":"WEB","id":"1f6c@trace"},"debugContext":{"debugData":{"requestUri":"/idp/idx?a=b",)"
    R"("risk":"{reasons=New Device, New IP, level=MEDIUM}"}}})";

TEST(Cef, WordsAWholeEvent) {
    EXPECT_EQ(
        line_of(full_event),
        "CEF:0|Okta|System Log|0|user.session.start|User login to Okta|3|rt=1767600867361 "
        "externalId=8d8ac910-ea0e-11f0-9c2b-4f6f1d2a7b31 deviceExternalId=acme dvchost=acme.okta.com src=203.0.113.77 "
        "suser=dana@fabrikam.example suid=00u1 duser=zoe@fabrikam.example duid=00u2 outcome=FAILURE "
        "reason=INVALID_CREDENTIALS requestClientApplication=Mozilla/5.0 (X11) Gecko request=/idp/idx?a\\=b cs1=1f6c@trace "
        "cs1Label=transactionId cs2=idx0 cs2Label=sessionId cs3=MEDIUM cs3Label=riskLevel cs4=Okta Dashboard "
        "cs4Label=targetApp cs5=Office cs5Label=zone cs6=Dana Rivers cs6Label=actorName");
}

TEST(Cef, WordsAnEventOfNothing) {
    EXPECT_EQ(line_of("{}"), "CEF:0|Okta|System Log|0|||0|deviceExternalId=acme dvchost=acme.okta.com");
}

TEST(Cef, WordsEachFieldAlone) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"published":"2026-01-05T08:14:27.361Z"})", "rt=1767600867361 *"},
        {R"({"published":"2026-01-05T10:14:27.361+02:00"})", "rt=1767600867361 *"},
        {R"({"published":"2026-01-05 08:14:27.361"})", "*"},
        {R"({"published":1767600867361})", "*"},
        {R"({"uuid":"u"})", "externalId=u *"},
        {R"({"uuid":""})", "*"},
        {R"({"client":{"ipAddress":"203.0.113.77"}})", "* src=203.0.113.77"},
        {R"({"client":{"ipAddress":"2001:db8::1"}})", "* c6a2=2001:db8::1 c6a2Label=Source IPv6 Address"},
        {R"({"client":{"ipAddress":"unknown"}})", "*"},
        {R"({"client":{"ipAddress":"203.0.113"}})", "*"},
        {R"({"client":{"ipAddress":"203.0.113.77\u0000x"}})", "*"},
        {R"({"client":{"ipAddress":"fe80::1%eth0"}})", "*"},
        {R"({"actor":{"alternateId":"a@b"}})", "* suser=a@b"},
        {R"({"actor":{"id":"00u1"}})", "* suid=00u1"},
        {R"({"actor":{"displayName":"Dana Rivers"}})", "* cs6=Dana Rivers cs6Label=actorName"},
        {R"({"target":[{"type":"User","alternateId":"a@b"}]})", "* duser=a@b"},
        {R"({"target":[{"type":"Group","id":"00g1"},{"type":"User","id":"00u1"}]})", "* duid=00u1"},
        {R"({"target":[{"type":"AppUser","displayName":"Dana Rivers"}]})", "*"},
        {R"({"target":[null,[],7,"x",{"type":"AppInstance","displayName":"Wiki"},{"type":"AppInstance","displayName":"Z"}]})",
         "* cs4=Wiki cs4Label=targetApp"},
        {R"({"outcome":{"result":"SUCCESS","reason":null}})", "* outcome=SUCCESS"},
        {R"({"outcome":{"reason":"Because"}})", "* reason=Because"},
        {R"({"client":{"userAgent":{"rawUserAgent":"curl/8"}}})", "* requestClientApplication=curl/8"},
        {R"({"debugContext":{"debugData":{"requestUri":"/a?b=c"}}})", "* request=/a?b\\=c"},
        {R"({"transaction":{"id":"t"}})", "* cs1=t cs1Label=transactionId"},
        {R"({"authenticationContext":{"externalSessionId":"s"}})", "* cs2=s cs2Label=sessionId"},
        {R"({"client":{"zone":"Office"}})", "* cs5=Office cs5Label=zone"},
        {R"({"client":{"zone":"null"}})", "*"},
    };
    for (const auto& [event, fields] : cases) EXPECT_EQ(fields_of(event), fields) << event;
}

TEST(Cef, TakesTheRiskLevelFromWhereItIs) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"debugContext":{"debugData":{"risk":"{reasons=New Device, level=HIGH}"}}})", "HIGH"},
        {R"({"debugContext":{"debugData":{"risk":"{level=LOW}"}}})", "LOW"},
        {R"({"debugContext":{"debugData":{"risk":"{level=LOW, reasons=none}"}}})", "LOW"},
        {R"({"debugContext":{"debugData":{"risk":"{reasons=none}"}}})", "none"},
        {R"({"debugContext":{"debugData":{"risk":{"level":"LOW"}}}})", "none"},
        {R"({"debugContext":{"debugData":{"logOnlySecurityData":"{\"risk\":{\"level\":\"LOW\"},\"behaviors\":{}}"}}})", "LOW"},
        {R"({"debugContext":{"debugData":{"logOnlySecurityData":"{\"risk\":"}}})", "none"},
        {R"({"debugContext":{"debugData":{"logOnlySecurityData":7}}})", "none"},
        {R"({"securityContext":{"risk":{"level":"MEDIUM"}},"debugContext":{"debugData":{"risk":"{level=LOW}"}}})", "MEDIUM"},
    };
    for (const auto& [event, level] : cases) EXPECT_EQ(field(event, "cs3"), level) << event;
}

TEST(Cef, PutsVersionAndSeverityIntoTheHeader) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"version":"1"})", "CEF:0|Okta|System Log|1|||0|"},
        {R"({"version":2})", "CEF:0|Okta|System Log|2|||0|"},
        {R"({"version":null})", "CEF:0|Okta|System Log|0|||0|"},
        {R"({"version":2.5})", "CEF:0|Okta|System Log|0|||0|"},
        {R"({"severity":"DEBUG"})", "CEF:0|Okta|System Log|0|||1|"},
        {R"({"severity":"INFO"})", "CEF:0|Okta|System Log|0|||3|"},
        {R"({"severity":"WARN"})", "CEF:0|Okta|System Log|0|||6|"},
        {R"({"severity":"ERROR"})", "CEF:0|Okta|System Log|0|||9|"},
        {R"({"severity":"FATAL"})", "CEF:0|Okta|System Log|0|||0|"},
        {R"({"severity":3})", "CEF:0|Okta|System Log|0|||0|"},
        {R"({"eventType":"a.b","displayMessage":null})", "CEF:0|Okta|System Log|0|a.b|a.b|0|"},
        {R"({"eventType":"a|b\\c","displayMessage":"x|y\\z\n=\u2028"})", "CEF:0|Okta|System Log|0|a\\|b\\\\c|x\\|y\\\\z = |0|"},
    };
    for (const auto& [event, header] : cases) EXPECT_EQ(line_of(event).substr(0, std::string(header).size()), header) << event;
}

TEST(Cef, EscapesValues) {
    EXPECT_EQ(fields_of(R"({"actor":{"alternateId":"a=b\\c|d\ne\rf\tg\u0085h\u2029i"}})"),
              "* suser=a\\=b\\\\c|d\\ne\\rf g h i");
    EXPECT_EQ(field(R"({"actor":{"alternateId":"x suid=root"}})", "suid"), "none");
    EXPECT_EQ(field(R"({"actor":{"alternateId":"x\\","id":"1"}})", "suid"), "1");
}

TEST(Cef, TakesTenantAndDomainAsTheyAre) {
    EXPECT_EQ(Cef("a=b.com", "x\ny").text("{}"), "CEF:0|Okta|System Log|0|||0|deviceExternalId=x\\ny dvchost=a\\=b.com");
}

TEST(Cef, CutsValuesAtWhatTheDictionaryAllows) {
    const std::string x(9000, 'x');
    const std::string event = R"({"uuid":")" + x + R"(","eventType":")" + x + R"(","displayMessage":")" + x +
                              R"(","version":")" + x + R"(","actor":{"alternateId":")" + x + R"(","id":")" + x +
                              R"(","displayName":")" + x + R"("},"target":[{"type":"User","id":")" + x +
                              R"(","alternateId":")" + x + R"("}],"outcome":{"result":")" + x + R"(","reason":")" + x +
                              R"("},"client":{"userAgent":{"rawUserAgent":")" + x +
                              R"("}},"debugContext":{"debugData":{"requestUri":")" + x + R"("}}})";
    const ReadCef read = read_cef(Cef(x, x).text(event).value());

    const std::map<std::string, std::size_t> longest{
        {"externalId", 40}, {"deviceExternalId", 255}, {"dvchost", 100}, {"suser", 1023},
        {"suid", 1023},     {"duser", 1023},           {"duid", 1023},   {"outcome", 63},
        {"reason", 1023},   {"request", 1023},         {"cs6", 4000},    {"requestClientApplication", 1023},
        {"cs6Label", 9}};
    std::map<std::string, std::size_t> sizes;
    for (const auto& [key, value] : read.fields) sizes[key] = value.size();
    EXPECT_EQ(sizes, longest);
    EXPECT_EQ(read.header[3].size(), 31u);
    EXPECT_EQ(read.header[4].size(), 1023u);
    EXPECT_EQ(read.header[5].size(), 512u);
}

TEST(Cef, CutsBetweenCharactersAndNotInEscapes) {
    const std::string face(39, 'x');

    EXPECT_EQ(field(R"({"uuid":")" + face + "\u00eb\"}", "externalId"), face);
    EXPECT_EQ(field(R"({"uuid":")" + face + "==\"}", "externalId"), face + "=");
}

TEST(Cef, NoObjectIsNotWorded) {
    for (const char* event : {"", " ", "null", "7", "[]", "\"{}\"", "{", "}", "{}}", "{}{}", "{\"a\":1,}", "{\"a\":truu}",
                              "{a:1}", "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}"})
        EXPECT_EQ(acme().text(event), std::nullopt) << event;
}

TEST(Cef, HalfCharactersAreReplaced) {
    EXPECT_EQ(field(R"({"actor":{"id":"a\ud83db"}})", "suid"), "a\ufffdb");
    EXPECT_EQ(field(R"({"actor":{"id":"a\ude00\ud83d\ude00"}})", "suid"), "a\ufffd\U0001f600");
    EXPECT_EQ(field(R"({"\ud83d":1,"actor":{"id":"a"}})", "suid"), "a");
}

TEST(Cef, WrongTypesAreNotThere) {
    for (const char* wrong : {"null", "7", "-1.5e300", "true", "[]", "{}", "[[{}]]", R"({"id":[]})", R"("text")", "1e999"})
        for (const char* name : {"uuid", "published", "actor", "client", "target", "outcome", "transaction", "debugContext",
                                 "authenticationContext", "securityContext"})
            EXPECT_TRUE(is_one_line(line_of("{\"" + std::string(name) + "\":" + wrong + "}"))) << name << wrong;
    EXPECT_EQ(
        fields_of(R"({"actor":[],"client":"x","target":{},"outcome":7,"transaction":null,"debugContext":{"debugData":[]}})"),
        "*");
}

std::string nested(std::size_t depth) { return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}"; }

TEST(Cef, TakesEventsNestedSixtyFourDeep) {
    EXPECT_TRUE(acme().text(nested(64)));
    EXPECT_FALSE(acme().text(nested(66)));
    EXPECT_FALSE(acme().text(std::string(1'000'000, '[')));
    EXPECT_FALSE(acme().text("{\"a\":" + std::string(1'000'000, '[')));
}

TEST(Cef, LongestFieldsGoFirst) {
    const std::string event =
        R"({"uuid":"u","actor":{"alternateId":"12345678901234567890","id":"1"},"transaction":{"id":"t"}})";
    const std::string header = "CEF:0|Okta|System Log|0|||0|";

    EXPECT_EQ(line_of(event), header +
                                  "externalId=u deviceExternalId=acme dvchost=acme.okta.com suser=12345678901234567890 "
                                  "suid=1 cs1=t cs1Label=transactionId");
    const std::string without_label = header +
                                      "externalId=u deviceExternalId=acme dvchost=acme.okta.com "
                                      "suser=12345678901234567890 suid=1";
    const std::string without_user = header + "externalId=u deviceExternalId=acme dvchost=acme.okta.com suid=1";
    EXPECT_EQ(acme().text(event, line_of(event).size()), line_of(event));
    EXPECT_EQ(acme().text(event, line_of(event).size() - 1), without_label);
    EXPECT_EQ(acme().text(event, without_label.size()), without_label);
    EXPECT_EQ(acme().text(event, without_label.size() - 1), without_user);
    EXPECT_EQ(acme().text(event, header.size() + 6), header + "suid=1");
    EXPECT_EQ(acme().text(event, header.size() + 5), header);
    EXPECT_EQ(acme().text(event, header.size()), header);
    EXPECT_EQ(acme().text(event, header.size() - 1), std::nullopt);
    EXPECT_EQ(acme().text(event, 0), std::nullopt);
}

TEST(Cef, AppendsOrLeavesAsItWas) {
    std::string to = "<86>1 ";

    EXPECT_FALSE(acme().append(to, "[]"));
    EXPECT_FALSE(acme().append(to, "{}", 10));
    EXPECT_EQ(to, "<86>1 ");
    EXPECT_TRUE(acme().append(to, "{}", 28));
    EXPECT_EQ(to, "<86>1 CEF:0|Okta|System Log|0|||0|");
}

}  // namespace
}  // namespace oktail
