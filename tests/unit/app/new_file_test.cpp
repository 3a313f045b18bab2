#include "app/new_file.hpp"

#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace oktail {
namespace {

using testing::HasSubstr;

class NewFileTest : public testing::Test {
protected:
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat about{};
        EXPECT_EQ(::lstat(path.c_str(), &about), 0);
        return about.st_mode & 07777;
    }

    TempDir dir_;
    const std::filesystem::path path_ = dir_ / "secret";
};

TEST_F(NewFileTest, IsForTheOwnerAlone) {
    ASSERT_TRUE(write_new_file(path_, "text"));

    EXPECT_EQ(whole_file(path_), "text");
    EXPECT_EQ(mode_of(path_), 0600u);
}

TEST_F(NewFileTest, GroupMayReadItIfItIsTheRightOne) {
    const std::string ours = ::getgrgid(::getgid())->gr_name;
    ASSERT_TRUE(write_new_file(path_, "text", 0640, ours));

    EXPECT_EQ(mode_of(path_), 0640u);
}

TEST_F(NewFileTest, NobodyElsesGroupMayReadIt) {
    ASSERT_TRUE(write_new_file(path_, "text", 0640, "no-such-group"));

    EXPECT_EQ(mode_of(path_), 0600u);
}

TEST_F(NewFileTest, NeverReplacesNorFollows) {
    ASSERT_TRUE(write_new_file(path_, "text"));
    std::filesystem::create_symlink(dir_ / "elsewhere", dir_ / "link");

    EXPECT_THAT(write_new_file(path_, "other").error().what(), HasSubstr("is there already"));
    EXPECT_FALSE(write_new_file(dir_ / "link", "other"));

    EXPECT_EQ(whole_file(path_), "text");
    EXPECT_FALSE(std::filesystem::exists(dir_ / "elsewhere"));
}

TEST_F(NewFileTest, FolderThatIsNotThereIsNamed) {
    EXPECT_THAT(write_new_file(dir_ / "no" / "secret", "x").error().what(), HasSubstr("cannot be written (No such file"));
}

}  // namespace
}  // namespace oktail
