#include "config/path_template.hpp"

#include "support/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

std::string problem_of(const std::string& text) {
    Problems problems;
    PathTemplate::parse(text, ConfigPlace(std::make_shared<const std::string>("f"), 1, 1), problems);
    return problems.text();
}

TEST(PathTemplate, AcceptsPlaceholdersBelowAFixedDirectory) {
    for (const char* text : {"/srv/{tenant}.ndjson", "/srv/%Y/%m/%d/%H%M%S-%j-%G-%V-%u.ndjson", "/srv/{label.a_b-c}/x",
                             "/srv/100%%", "/srv/.hidden", "/srv/..x"})
        EXPECT_EQ(problem_of(text), "") << text;
}

struct Refusal {
    const char* text;
    const char* problem;
};

std::string name_of(const testing::TestParamInfo<Refusal>& info) { return case_name(info.index, info.param.text); }

class PathTemplateRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(PathTemplateRefuses, WithAdvice) { EXPECT_EQ(problem_of(GetParam().text), GetParam().problem); }

INSTANTIATE_TEST_SUITE_P(
    All, PathTemplateRefuses,
    testing::Values(
        Refusal{"", "f:1:1: is not absolute; begin with a slash: /var/log/oktail/{tenant}/%Y-%m-%d.ndjson\n"},
        Refusal{"logs/x", "f:1:1: is not absolute; begin with a slash: /var/log/oktail/{tenant}/%Y-%m-%d.ndjson\n"},
        Refusal{"/srv/", "f:1:1: names a directory; add the file's name: %Y-%m-%d.ndjson\n"},
        Refusal{"/x", "f:1:1: has no fixed directory; begin with one that nothing can lead out of, such as /var/log/oktail/\n"},
        Refusal{"/{tenant}/x",
                "f:1:1: has no fixed directory; begin with one that nothing can lead out of, such as /var/log/oktail/\n"},
        Refusal{"/%Y/x",
                "f:1:1: has no fixed directory; begin with one that nothing can lead out of, such as /var/log/oktail/\n"},
        Refusal{"/srv/../etc/x", "f:1:1: has an empty part, or . or ..; write the path straight down\n"},
        Refusal{"/srv/./x", "f:1:1: has an empty part, or . or ..; write the path straight down\n"},
        Refusal{"/srv//x", "f:1:1: has an empty part, or . or ..; write the path straight down\n"},
        Refusal{"/srv/..", "f:1:1: has an empty part, or . or ..; write the path straight down\n"},
        Refusal{"/srv/{host}", "f:1:1: \"{host}\" is no placeholder; write {tenant}, {label.NAME}, or %Y-%m-%d for the day\n"},
        Refusal{"/srv/{label.}",
                "f:1:1: \"{label.}\" is no placeholder; write {tenant}, {label.NAME}, or %Y-%m-%d for the day\n"},
        Refusal{"/srv/{label.A/b}",
                "f:1:1: \"{label.A/b}\" is no placeholder; write {tenant}, {label.NAME}, or %Y-%m-%d for the day\n"},
        Refusal{"/srv/{tenant", "f:1:1: a brace stands alone; write {tenant} or {label.NAME}\n"},
        Refusal{"/srv/tenant}", "f:1:1: a brace stands alone; write {tenant} or {label.NAME}\n"},
        Refusal{"/srv/{{tenant}}",
                "f:1:1: \"{{tenant}\" is no placeholder; write {tenant}, {label.NAME}, or %Y-%m-%d for the day\n"},
        Refusal{"/srv/%D",
                "f:1:1: \"%D\" is not accepted in a path; write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign\n"},
        Refusal{"/srv/%c",
                "f:1:1: \"%c\" is not accepted in a path; write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign\n"},
        Refusal{"/srv/%n",
                "f:1:1: \"%n\" is not accepted in a path; write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign\n"},
        Refusal{"/srv/x%",
                "f:1:1: \"%\" is not accepted in a path; write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign\n"},
        Refusal{"/srv/%Ey",
                "f:1:1: \"%E\" is not accepted in a path; write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign\n"}),
    name_of);

TEST(PathTemplate, PutsInWhatTheConfigurationKnows) {
    const PathTemplate path("/srv/{label.tier}/{tenant}-%Y-%%.ndjson");

    EXPECT_THAT(path.labels(), testing::ElementsAre("tier"));
    EXPECT_EQ(path.expand("acme", {{"tier", "gold"}}), "/srv/gold/acme-%Y-%%.ndjson");
    EXPECT_EQ(path.expand("acme", {{"tier", ".."}}), "/srv/{label.tier}/acme-%Y-%%.ndjson");
    EXPECT_EQ(path.expand("acme", {}), "/srv/{label.tier}/acme-%Y-%%.ndjson");
}

}  // namespace
}  // namespace oktail
