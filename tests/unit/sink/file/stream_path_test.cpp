#include "sink/file/stream_path.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

constexpr std::string_view per_customer = "/log/{tenant}/{label.customer}/%Y.ndjson";

Labels customer(const std::string& name) { return {{"customer", name}}; }

TEST(StreamPath, FillsTenantLabelsAndTime) {
    const auto path = fill_path(per_customer, "acme", customer("Acme-Corp"));

    ASSERT_TRUE(path);
    EXPECT_EQ(path->base(), "/log/");
    EXPECT_EQ(path->pattern(), "/log/acme/Acme-Corp/%Y.ndjson");
    EXPECT_EQ(path->at(UtcTime{}), "/log/acme/Acme-Corp/1970.ndjson");
}

TEST(StreamPath, HostileValuesDoNotEscape) {
    for (const std::string& value :
         {std::string(), std::string("."), std::string(".."), std::string("../x"), std::string("/etc"), std::string("a/b"),
          std::string("a/../../b"), std::string("a\0b", 3), std::string("a\nb"), std::string("100%Y"), std::string("{tenant}"),
          std::string(300, 'a')}) {
        EXPECT_FALSE(fill_path(per_customer, "acme", customer(value))) << value;
        EXPECT_FALSE(fill_path("/log/{tenant}.ndjson", value, {})) << value;
    }
}

TEST(StreamPath, ValuesDoNotBuildTheWayUpTogether) {
    EXPECT_FALSE(fill_path("/log/.{label.a}/x", "acme", {{"a", "."}}));
    EXPECT_FALSE(fill_path("/log/%Y/../{label.a}", "acme", {{"a", "b"}}));
    EXPECT_TRUE(fill_path("/log/.{label.a}/x", "acme", {{"a", ".a"}}));
}

TEST(StreamPath, GlobFindsEveryTime) {
    EXPECT_EQ(StreamPath::of_pattern("/log/acme/%Y/%m-%d.ndjson").glob(), "/log/acme/*/*-*.ndjson");
    EXPECT_EQ(StreamPath::of_pattern("/log/[a]*%%/%Y").glob(), "/log/\\[a\\]\\*%/*");
}

TEST(StreamPath, HasATimeOnlyWithAConversion) {
    EXPECT_TRUE(StreamPath::of_pattern("/log/%Y").has_time());
    EXPECT_FALSE(StreamPath::of_pattern("/log/100%%Y").has_time());
}

TEST(StreamPath, MissingLabelIsRejectedByName) {
    const auto path = fill_path(per_customer, "acme", {});

    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().kind(), ErrorKind::rejected);
    EXPECT_NE(path.error().what().find("{label.customer}"), std::string::npos);
}

TEST(StreamPath, FixedPartEndsBeforeTheFirstPlaceholder) {
    EXPECT_EQ(fill_path("/log/okta-{tenant}/%Y/x", "acme", {})->base(), "/log/");
    EXPECT_EQ(fill_path("/log/okta/%Y/x", "acme", {})->base(), "/log/okta/");
    EXPECT_EQ(fill_path("/log/okta/x", "acme", {})->base(), "/log/okta/");
    EXPECT_EQ(StreamPath::of_pattern("/log/acme/%Y/x").base(), "/log/acme/");
}

}  // namespace
}  // namespace oktail
