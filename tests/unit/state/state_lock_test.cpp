#include "state/state_lock.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <string>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(StateLock, MakesTheDirectoryForItsOwnerOnly) {
    const TempDir temp;

    const auto lock = StateLock::acquire(temp / "new" / "state");

    ASSERT_TRUE(lock) << lock.error().what();
    EXPECT_EQ(fs::status(temp / "new" / "state").permissions(), fs::perms::owner_all);
}

TEST(StateLock, RefusesADirectoryOpenToOthersAndSaysHowToMendIt) {
    const TempDir temp;
    fs::permissions(temp.path(), fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);

    const auto lock = StateLock::acquire(temp.path());

    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().kind(), ErrorKind::rejected);
    EXPECT_THAT(lock.error().what(), HasSubstr("chmod 0700 " + temp.path().string()));
}

TEST(StateLock, RefusesWhatIsNoDirectory) {
    const auto lock = StateLock::acquire("/dev/null");

    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().kind(), ErrorKind::rejected);
}

TEST(StateLock, TheSecondIsToldWhoHasIt) {
    const TempDir temp;
    const auto first = StateLock::acquire(temp.path());
    ASSERT_TRUE(first);

    const auto second = StateLock::acquire(temp.path());

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::transient);
    EXPECT_THAT(second.error().what(), HasSubstr("(process " + std::to_string(::getpid()) + ")"));
}

TEST(StateLock, LetsGoWhenItGoes) {
    const TempDir temp;
    {
        const auto first = StateLock::acquire(temp.path());
        ASSERT_TRUE(first);
    }

    EXPECT_TRUE(StateLock::acquire(temp.path()));
}

}  // namespace
}  // namespace oktail
