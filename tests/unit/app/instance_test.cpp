#include "app/instance.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace oktail {
namespace {

TEST(InstanceName, IsAsConfiguredOrElseTheMachinesOwn) {
    const TempDir dir;
    EXPECT_EQ(instance_name("", dir / "machine-id"), "");
    std::ofstream(dir / "machine-id") << "0123456789abcdef0123456789abcdef\n";

    EXPECT_EQ(instance_name("", dir / "machine-id"), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(instance_name("siem-1", dir / "machine-id"), "siem-1");
}

}  // namespace
}  // namespace oktail
