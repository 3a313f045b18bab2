#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

/// A tenant on one line.
std::string tenant(const std::string& name, const std::string& domain, const std::string& more = "sinks: [screen]") {
    return "  - {name: " + name + ", domain: '" + domain +
           "', auth: {method: client_secret, client_id: x, client_secret_files: [s]}, " + more + "}\n";
}

/// Tenants from line 2 on, then their sinks.
std::string config(const std::string& tenants, const std::string& sinks = "  screen: {type: stdout}\n") {
    return "tenants:\n" + tenants + "sinks:\n" + sinks;
}

TEST(ConfigCheck, TenantNamesAreUnique) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com") + tenant("acme", "b.okta.com"))),
              "oktail.yaml:3:12: tenants[1].name: \"acme\" is the name of another tenant too: oktail.yaml:2:12; give each its "
              "own; state and labels go by it\n");
}

class SameOrigin : public testing::TestWithParam<const char*> {};

TEST_P(SameOrigin, IsRefused) {
    EXPECT_EQ(
        problems_of(config(tenant("a", "acme.okta.com") + tenant("b", GetParam()))),
        "oktail.yaml:3:23: tenants[1].domain: acme.okta.com is another tenant's org too: oktail.yaml:2:23; keep one tenant "
        "for an org; it may have many sinks\n");
}

INSTANTIATE_TEST_SUITE_P(However, SameOrigin,
                         testing::Values("acme.okta.com", "ACME.Okta.com", "acme.okta.com.", "acme.okta.com:443",
                                         "https://acme.okta.com", "HTTPS://acme.okta.com:443/", "acme.okta.com/"),
                         [](const auto& info) { return case_name(info.index, info.param); });

TEST(ConfigCheck, AnotherPortIsAnotherOrigin) {
    EXPECT_EQ(problems_of(config(tenant("a", "acme.okta.com") + tenant("b", "acme.okta.com:8443"))), "");
}

struct Refusal {
    const char* text;
    const char* problem;
};

std::string name_of(const testing::TestParamInfo<Refusal>& info) { return case_name(info.index, info.param.text); }

class DomainRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(DomainRefuses, WithAdvice) { EXPECT_EQ(problems_of(config(tenant("a", GetParam().text))), GetParam().problem); }

INSTANTIATE_TEST_SUITE_P(
    All, DomainRefuses,
    testing::Values(Refusal{"acme-admin.okta.com",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme-admin.okta.com\" is the admin console, which has no "
                            "API; write acme.okta.com\n"},
                    Refusal{"https://Acme-admin.oktapreview.com/",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme-admin.oktapreview.com\" is the admin console, which "
                            "has no API; write acme.oktapreview.com\n"},
                    Refusal{
                        "http://acme.okta.com",
                        "oktail.yaml:2:23: tenants[0].domain: is not https; write the domain alone, such as acme.okta.com\n"},
                    Refusal{"acme",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme\" is no domain; write it as in the browser, without a "
                            "path, such as acme.okta.com\n"},
                    Refusal{"acme.okta.com/api/v1",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme.okta.com/api/v1\" is no domain; write it as in the "
                            "browser, without a path, such as acme.okta.com\n"},
                    Refusal{"user@acme.okta.com",
                            "oktail.yaml:2:23: tenants[0].domain: \"user@acme.okta.com\" is no domain; write it as in the "
                            "browser, without a path, such as acme.okta.com\n"},
                    Refusal{"acme.okta.com:0",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme.okta.com:0\" is no domain; write it as in the "
                            "browser, without a path, such as acme.okta.com\n"},
                    Refusal{"acme..okta.com",
                            "oktail.yaml:2:23: tenants[0].domain: \"acme..okta.com\" is no domain; write it as in the browser, "
                            "without a path, such as acme.okta.com\n"},
                    Refusal{"-acme.okta.com",
                            "oktail.yaml:2:23: tenants[0].domain: \"-acme.okta.com\" is no domain; write it as in the browser, "
                            "without a path, such as acme.okta.com\n"},
                    Refusal{"\xc3\xa4.okta.com",
                            "oktail.yaml:2:23: tenants[0].domain: \"\\xc3\\xa4.okta.com\" is no domain; write it as in the "
                            "browser, without a path, such as acme.okta.com\n"}),
    name_of);

TEST(ConfigCheck, ATenantNeedsASink) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: []"))),
              "oktail.yaml:2:12: tenants[0].name: tenant \"acme\" has no sink; name one: sinks: [archive]\n");
}

TEST(ConfigCheck, ASinkMustExist) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [scren]"))),
              "oktail.yaml:2:119: tenants[0].sinks[0]: there is no sink \"scren\"; did you mean screen?\n");
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [{name: bus}]"))),
              "oktail.yaml:2:119: tenants[0].sinks[0]: there is no sink \"bus\"; known here: screen\n");
}

TEST(ConfigCheck, ASinkThatCouldNotBeReadIsStillThere) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com"), "  screen: {type: fiel}\n")),
              "oktail.yaml:4:18: sinks.screen.type: \"fiel\" is no type of sink; did you mean file?\n");
}

TEST(ConfigCheck, ARouteStandsOnce) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [screen, {name: screen, start: now}]"))),
              "oktail.yaml:2:127: tenants[0].sinks[1]: this tenant has the sink \"screen\" already: oktail.yaml:2:119; keep "
              "one of them\n");
}

TEST(ConfigCheck, TheShorterIntervalIsTheLeast) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [screen], poll: {min_interval: 1m}"))),
              "oktail.yaml:2:12: tenants[0].name: tenant \"acme\" has a poll.min_interval above its poll.max_interval; swap "
              "them, or set both\n");
}

TEST(ConfigCheck, PatternsNameEventTypes) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [{name: screen, events: {include: ['user login']}}]"))),
              "oktail.yaml:2:119: tenants[0].sinks[0]: \"user login\" is no pattern of event types; write letters, digits, "
              "dots and * for any text, such as user.session.*\n");
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [{name: screen, events: {exclude: ['*']}}]"))),
              "oktail.yaml:2:119: tenants[0].sinks[0]: exclude \"*\" leaves out all that is included; remove one of them\n");
    EXPECT_EQ(
        problems_of(config(tenant("acme", "a.okta.com", "sinks: [{name: screen, events: {include: [a.*], exclude: [a.*]}}]"))),
        "oktail.yaml:2:119: tenants[0].sinks[0]: exclude \"a.*\" leaves out all that is included; remove one of them\n");
}

const std::string by_label = "  file: {type: file, path: '/srv/{label.customer}/%Y.ndjson'}\n";

TEST(ConfigCheck, LabelsOfThePathMustBeThere) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [file], labels: {custommer: a}"), by_label)),
              "oktail.yaml:2:119: tenants[0].sinks[0]: the path of sink \"file\" needs the label \"customer\"; add it under "
              "labels of tenant \"acme\"\n");
}

TEST(ConfigCheck, LabelsOfThePathCannotLeadOut) {
    for (const char* value : {"..", ".", "a/b", "Acme Corp", "%Y", "{tenant}", "\xc3\xa4"})
        EXPECT_NE(
            problems_of(config(tenant("acme", "a.okta.com", "sinks: [file], labels: {customer: '" + std::string(value) + "'}"),
                               by_label)),
            "")
            << value;
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [file], labels: {customer: '../etc'}"), by_label)),
              "oktail.yaml:2:119: tenants[0].sinks[0]: the path of sink \"file\" holds the label \"customer\", whose value is "
              "\"../etc\"; keep such values to letters, digits, dot, - and _, at most 128, and not dots alone\n");
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [file], labels: {customer: A-b_c.d}"), by_label)), "");
}

TEST(ConfigCheck, TwoSinksDoNotWriteOneFile) {
    const std::string two = "  one: {type: file, path: '/srv/{tenant}.ndjson'}\n  two: {type: file, path: /srv/acme.ndjson}\n";

    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com", "sinks: [one, two]"), two)),
              "oktail.yaml:2:124: tenants[0].sinks[1]: sinks \"one\" and \"two\" both write /srv/acme.ndjson; give each sink "
              "paths of its own\n");
    EXPECT_EQ(problems_of(config(tenant("globex", "b.okta.com", "sinks: [one, two]"), two)), "");
}

TEST(ConfigCheck, ManyTenantsMayWriteOneFile) {
    const std::string one = "  one: {type: file, path: /srv/all.ndjson}\n";

    EXPECT_EQ(problems_of(config(tenant("a", "a.okta.com", "sinks: [one]") + tenant("b", "b.okta.com", "sinks: [one]"), one)),
              "");
}

TEST(ConfigCheck, StandardOutputHasOneSink) {
    EXPECT_EQ(problems_of(config(tenant("acme", "a.okta.com"), "  screen: {type: stdout}\n  pipe: {type: stdout}\n")),
              "oktail.yaml:5:3: sinks.pipe: another sink has standard output already: oktail.yaml:4:3; keep one of them; any "
              "tenant may use it\n");
}

TEST(ConfigCheck, ASecretInPlaceIsNeverPrinted) {
    const std::string secret = "Qm9vU2VjcmV0Qm9vU2VjcmV0Qm9vU2VjcmV0Qm9vU2VjcmV0Qm9vU2VjcmV0Qm9v";
    const std::string text =
        "tenants:\n  - {name: a, domain: a.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [" +
        secret + "], client_secret: " + secret + "}, sinks: [screen]}\nsinks: {screen: {type: stdout}}\n";

    EXPECT_EQ(problems_of(text),
              "oktail.yaml:2:101: tenants[0].auth.client_secret_files[0]: this looks like a secret, which must not stand in "
              "the configuration; put it into a file of its own (chmod 0600) and name that here, such as acme.secret\n"
              "oktail.yaml:2:168: tenants[0].auth.client_secret: a secret must not stand in the configuration; put it into a "
              "file of its own (chmod 0600) and name that: client_secret_files: [acme.secret]\n");
}

}  // namespace
}  // namespace oktail
