#include "config/yaml_reader.hpp"
#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

std::string yaml_problems(const std::string& text, Variables variables = {}) {
    Problems problems;
    read_yaml(text, "f", environment_of(std::move(variables)), problems);
    return problems.text();
}

ConfigNode tree_of(const std::string& text, Variables variables = {}) {
    Problems problems;
    auto root = read_yaml(text, "f", environment_of(std::move(variables)), problems);
    EXPECT_EQ(problems.text(), "");
    return root.value_or(ConfigNode());
}

TEST(YamlReader, EveryValueKnowsItsPlaceAndItsKey) {
    const ConfigNode root = tree_of("tenants:\n  - name: acme\n    sinks: [a, {name: b}]\n");

    const ConfigNode& tenant = root.find("tenants")->items[0];
    const ConfigNode& sinks = *tenant.find("sinks");
    EXPECT_EQ(tenant.find("name")->place.text(), "f:2:11");
    EXPECT_EQ(tenant.find("name")->place.key, "tenants[0].name");
    EXPECT_EQ(sinks.items[1].find("name")->place.text(), "f:3:23");
    EXPECT_EQ(sinks.items[1].find("name")->place.key, "tenants[0].sinks[1].name");
    EXPECT_EQ(sinks.items[1].entries[0].place.text(), "f:3:17");
}

TEST(YamlReader, ScalarsStayText) {
    const ConfigNode root = tree_of("a: 010\nb: yes\nc: 'x'\nd: |\n  y\n  z\ne: ~\nf:\ng: ''\n");

    EXPECT_EQ(root.find("a")->text, "010");
    EXPECT_EQ(root.find("b")->text, "yes");
    EXPECT_EQ(root.find("d")->text, "y\nz\n");
    EXPECT_EQ(root.find("e")->kind, ConfigNode::Kind::null);
    EXPECT_EQ(root.find("f")->kind, ConfigNode::Kind::null);
    EXPECT_EQ(root.find("f")->place.text(), "f:8:1");
    EXPECT_EQ(root.find("g")->kind, ConfigNode::Kind::scalar);
}

TEST(YamlReader, LinesMayEndAsOnWindows) { EXPECT_EQ(tree_of("a: x\r\nb: y\r\n").find("a")->text, "x"); }

TEST(YamlReader, AnEmptyFileIsANullNode) {
    EXPECT_EQ(tree_of("").kind, ConfigNode::Kind::null);
    EXPECT_EQ(tree_of("# nothing yet\n").kind, ConfigNode::Kind::null);
}

struct Refusal {
    const char* text;
    const char* problem;
};

std::string name_of(const testing::TestParamInfo<Refusal>& info) { return case_name(info.index, info.param.text); }

class YamlReaderRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(YamlReaderRefuses, WithPlaceAndAdvice) { EXPECT_EQ(yaml_problems(GetParam().text), GetParam().problem); }

INSTANTIATE_TEST_SUITE_P(
    All, YamlReaderRefuses,
    testing::Values(
        Refusal{"a: 1\nb: 2\na: 3\n", "f:3:1: a: stands here a second time, first in line 1; keep one of them\n"},
        Refusal{"x:\n  - {a: 1, a: 2}\n", "f:2:12: x[0].a: stands here a second time, first in line 2; keep one of them\n"},
        Refusal{"a: &x 1\nb: *x\n",
                "f:1:4: a: an anchor is not accepted here; remove the & and its name\n"
                "f:2:4: b: an alias is not accepted here; write the value out; what all tenants share goes under defaults\n"},
        Refusal{"a: !!str 1\n", "f:1:4: a: the tag \"tag:yaml.org,2002:str\" is not accepted; remove it\n"},
        Refusal{"a: !x {b: 1}\nc: !y [1]\n",
                "f:1:4: a: the tag \"!x\" is not accepted; remove it\nf:2:4: c: the tag \"!y\" is not accepted; remove it\n"},
        Refusal{"a: 1\n---\nb: 2\n",
                "f:2:1: a second YAML document begins here; keep one document in a file: remove the line ---\n"},
        Refusal{"a: 1\n...\nb: 2\n",
                "f:3:1: a second YAML document begins here; keep one document in a file: remove the line ---\n"},
        Refusal{"? {a: 1}\n: 2\n", "f:1:3: a key must be text; write a plain word before the colon\n"},
        Refusal{"~: 2\nb: 1\n", "f:1:1: a key must be text; write a plain word before the colon\n"},
        Refusal{"a:\n\tb: 1\n", "f:2:3: is not YAML: illegal map value; indent with spaces: there is a tab here\n"},
        Refusal{"a: [1\n",
                "f:2:1: is not YAML: end of sequence flow not found; look at the indentation, colons and quotes here and just "
                "above\n"},
        Refusal{"\"\\",
                "f:1:4: is not YAML: unknown escape character: \\x04; look at the indentation, colons and quotes here and "
                "just above\n"},
        Refusal{"a: \"\\0\"\n", "f:1:4: a: holds a NUL character; remove the \\0\n"},
        Refusal{"a: \xff\n", "f:1:4: is not UTF-8; save it as UTF-8\n"},
        Refusal{"a: 1\nb: \x04 2\n", "f:2:4: holds the control character 0x04; remove it\n"},
        Refusal{"\xef\xbb\xbf"
                "a: 1\n",
                "f:1:1: begins with a byte order mark; save it as UTF-8 without one\n"}),
    name_of);

TEST(YamlReader, RefusesNul) {
    EXPECT_EQ(yaml_problems(std::string("a: 1\nb\0: 2\n", 12)), "f:2:2: holds the control character 0x00; remove it\n");
}

TEST(YamlReader, RefusesWhatIsTooLarge) {
    EXPECT_EQ(yaml_problems("a: " + std::string(8 * 1024 * 1024, 'x')),
              "f:1:1: is larger than 8 MiB; split it: include takes globs\n");
}

TEST(YamlReader, RefusesMoreThan32Levels) {
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };

    EXPECT_EQ(yaml_problems(nested(32)), "");
    EXPECT_EQ(yaml_problems(nested(33)),
              "f:1:33: [0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: more "
              "than 32 levels deep; nothing in a configuration is that deep: look at the brackets\n");
    EXPECT_EQ(yaml_problems(nested(100'000)).substr(0, 8), "f:1:33: ");
}

TEST(YamlReader, ForgedKeysAreQuoted) { EXPECT_EQ(tree_of("\"a\\nb.c\": 1\n").entries[0].place.key, R"("a\x0ab.c")"); }

TEST(Interpolation, PutsInVariables) {
    const Variables variables{{"HOST", "acme.okta.com"}, {"EMPTY", ""}};
    const ConfigNode root =
        tree_of("a: https://${HOST}/\nb: '${NONE:-x:y}'\nc: \"${EMPTY:-z}\"\nd: $$5 ${EMPTY}\ne: ${NONE:-}\n", variables);

    EXPECT_EQ(root.find("a")->text, "https://acme.okta.com/");
    EXPECT_EQ(root.find("b")->text, "x:y");
    EXPECT_EQ(root.find("c")->text, "z");
    EXPECT_EQ(root.find("d")->text, "$5 ");
    EXPECT_EQ(root.find("e")->text, "");
}

TEST(Interpolation, NobodyBringsInYaml) {
    const ConfigNode root = tree_of("a: ${EVIL}\n", {{"EVIL", "x\nb: [1, ${HOME}]"}});

    EXPECT_EQ(root.entries.size(), 1u);
    EXPECT_EQ(root.find("a")->text, "x\nb: [1, ${HOME}]");
}

TEST(Interpolation, IsForValuesOnly) { EXPECT_EQ(tree_of("${NAME}: 1\n").entries[0].name, "${NAME}"); }

TEST(Interpolation, SaysWhatIsWrong) {
    EXPECT_EQ(yaml_problems("a: ${NONE}\n"), "f:1:4: a: the environment has no NONE; set it, or write ${NONE:-default}\n");
    EXPECT_EQ(yaml_problems("a: ${9}\n"), "f:1:4: a: \"9\" is no name of a variable; write ${NAME} or ${NAME:-default}\n");
    EXPECT_EQ(yaml_problems("a: $HOME\n"), "f:1:4: a: a dollar stands alone; write $$ for a dollar, ${NAME} for a variable\n");
    EXPECT_EQ(yaml_problems("a: $HOME/${X:-1}\n"),
              "f:1:4: a: a dollar stands alone; write $$ for a dollar, ${NAME} for a variable\n");
    EXPECT_EQ(yaml_problems("a: ${HOME\n"), "f:1:4: a: a dollar stands alone; write $$ for a dollar, ${NAME} for a variable\n");
    EXPECT_EQ(yaml_problems("a: ${BAD}\n", {{"BAD", "\xff"}}),
              "f:1:4: a: the value of BAD is no text; set it to UTF-8 without control characters\n");
}

}  // namespace
}  // namespace oktail
