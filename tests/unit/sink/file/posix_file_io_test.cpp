#include "sink/file/posix_file_io.hpp"

#include "sink/file/file_work.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

class PosixFileIoTest : public testing::Test {
protected:
    std::string at(const std::string& name) const { return (folder_.path() / name).string(); }
    void put(const std::string& name, const std::string& content) const { std::ofstream(at(name)) << content; }
    std::string content(const std::string& name) const {
        std::ifstream file(at(name));
        return {std::istreambuf_iterator<char>(file), {}};
    }

    TempDir folder_;
    FileIo& io_ = posix_file_io();
};

TEST_F(PosixFileIoTest, CreatesWithTheModeWhateverTheUmask) {
    const mode_t before = ::umask(0077);
    const auto file = io_.create(at("a"), 0644);
    ::umask(before);

    ASSERT_TRUE(file);
    EXPECT_EQ(std::filesystem::status(at("a")).permissions(), static_cast<std::filesystem::perms>(0644));
    EXPECT_TRUE(is_taken(io_.create(at("a"), 0644).error()));
}

TEST_F(PosixFileIoTest, WritesWhereItIsTold) {
    const auto file = *io_.create(at("a"), 0600);

    EXPECT_EQ(write_all(*file, 3, "bbb").bytes, 3u);
    EXPECT_EQ(write_all(*file, 0, "aaa").bytes, 3u);
    EXPECT_TRUE(file->flush());
    EXPECT_TRUE(io_.flush_directory(folder_.path().string()));

    EXPECT_EQ(*file->read_at(1, 100), "aabbb");
    EXPECT_EQ(content("a"), "aaabbb");
}

TEST_F(PosixFileIoTest, RenameDoesNotReplace) {
    put("a", "ours");
    put("b", "theirs");

    EXPECT_TRUE(is_taken(io_.rename(at("a"), at("b")).error()));
    EXPECT_TRUE(io_.rename(at("a"), at("c")));

    EXPECT_EQ(content("b"), "theirs");
    EXPECT_EQ(content("c"), "ours");
    EXPECT_FALSE(std::filesystem::exists(at("a")));
    EXPECT_TRUE(io_.remove(at("c")));
    EXPECT_TRUE(io_.remove(at("c"))) << "it is gone, which was wanted";
}

TEST_F(PosixFileIoTest, RefusesWhatIsNoRegularFile) {
    put("target", "");
    std::filesystem::create_symlink(at("target"), at("link"));
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    std::filesystem::create_directory(at("directory"));

    EXPECT_FALSE(io_.open(at("link")));
    EXPECT_FALSE(io_.open(at("fifo")));
    EXPECT_FALSE(io_.open(at("directory")));
    EXPECT_FALSE(io_.create(at("link"), 0600));
    EXPECT_FALSE((*io_.look(at("link")))->regular);
}

TEST_F(PosixFileIoTest, OneWriterAtATimeAlsoInThisProcess) {
    auto file = *io_.create(at("a"), 0600);
    EXPECT_FALSE(io_.open(at("a")));

    file.reset();

    EXPECT_TRUE(io_.open(at("a")));
}

TEST_F(PosixFileIoTest, OpensAgainWhatWasRenamedOrDeleted) {
    auto file = *io_.create(at("a"), 0600);
    std::filesystem::rename(at("a"), at("b"));
    ASSERT_TRUE(file->reopen());
    EXPECT_EQ(write_all(*file, 0, "x").bytes, 1u);
    EXPECT_EQ(content("b"), "x");
    EXPECT_FALSE(io_.open(at("b")));

    std::filesystem::remove(at("b"));

    EXPECT_TRUE(file->reopen());
    EXPECT_EQ(file->status()->links, 0u);
}

TEST_F(PosixFileIoTest, FindsEveryNameOfAnInode) {
    const auto file = *io_.create(at("a"), 0600);
    std::filesystem::create_hard_link(at("a"), at("b"));

    EXPECT_EQ(io_.names_of(file->status()->ino, folder_.path().string())->size(), 2u);
    EXPECT_TRUE(io_.names_of(file->status()->ino, at("nowhere"))->empty());
}

TEST_F(PosixFileIoTest, NothingThereIsNoError) {
    EXPECT_EQ(*io_.look(at("a")), std::nullopt);
    EXPECT_EQ(*io_.look(at("a/b")), std::nullopt);
}

TEST_F(PosixFileIoTest, MakesDirectoriesBelowTheBaseOnly) {
    EXPECT_TRUE(make_directories(io_, at(""), at("x/y/file")));
    EXPECT_TRUE(make_directories(io_, at(""), at("x/y/file")));
    EXPECT_TRUE(std::filesystem::is_directory(at("x/y")));
    EXPECT_FALSE(make_directories(io_, at("gone/"), at("gone/y/file")));
}

TEST_F(PosixFileIoTest, FullDeviceIsToldApart) {
    const auto full = io_.open("/dev/full");
    EXPECT_FALSE(full) << "no regular file";
    EXPECT_TRUE(is_full(Error(ErrorKind::transient, "", make_error_code(boost::system::errc::no_space_on_device))));
    EXPECT_FALSE(is_full(full.error()));
}

}  // namespace
}  // namespace oktail
