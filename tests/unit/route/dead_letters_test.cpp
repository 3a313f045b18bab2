#include "route/dead_letter.hpp"
#include "route/dead_letter_file.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

namespace oktail {
namespace {

using Part = DeadLetterFile::Part;

DeadLetter letter(std::string reason, std::string event) { return {UtcTime{}, std::move(reason), std::move(event)}; }

TEST(DeadLetterLine, HoldsTheEventAsText) {
    const std::string line = dead_letter_line(letter("too \"large\"", R"({"a":"b"})"));

    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("time").as_string(), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(value.at("reason").as_string(), "too \"large\"");
    EXPECT_EQ(value.at("event").as_string(), R"({"a":"b"})");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(DeadLetterLine, GivesBackEveryByte) {
    const std::string event("{\"a\":\"\xff\\u0000\n\0\"}", 17);

    const auto back = parse_dead_letter(dead_letter_line(letter("why\n", event)));

    ASSERT_TRUE(back);
    EXPECT_EQ(back->event, event);
    EXPECT_EQ(back->reason, "why\n");
    EXPECT_EQ(back->time, UtcTime{});
}

TEST(DeadLetterLine, TornLineIsNone) {
    const std::string line = dead_letter_line(letter("why", R"({"a":"b"})"));

    for (std::size_t size = 0; size < line.size() - 1; ++size) EXPECT_FALSE(parse_dead_letter(line.substr(0, size))) << size;
    EXPECT_FALSE(parse_dead_letter(R"({"time":"yesterday","reason":"","event":""})"));
    EXPECT_FALSE(parse_dead_letter(R"({"time":"1970-01-01T00:00:00.000Z","reason":"","event":{}})"));
}

class DeadLetterFileTest : public testing::Test {
protected:
    std::string read_all() const {
        const auto text = file_.read(0);
        return text ? *text : text.error().what();
    }

    TempDir dir_;
    std::filesystem::path path_ = dir_ / "acme" / "siem.ndjson";
    DeadLetterFile file_{path_};
};

TEST_F(DeadLetterFileTest, BelongsToItsOwnerAlone) {
    ASSERT_TRUE(file_.append("one\n"));
    ASSERT_TRUE(file_.append("two\n"));

    struct stat stat{};
    ASSERT_EQ(::stat(path_.c_str(), &stat), 0);
    EXPECT_EQ(stat.st_mode & 07777U, 0600U);
    EXPECT_EQ(whole_file(path_), "one\ntwo\n");
}

TEST_F(DeadLetterFileTest, WithoutAFileThereIsNothing) { EXPECT_EQ(read_all(), ""); }

TEST_F(DeadLetterFileTest, LineBehindATornOneIsWhole) {
    ASSERT_TRUE(file_.append("one\n"));
    std::ofstream(path_, std::ios::app) << "tor";

    ASSERT_TRUE(file_.append("two\n"));

    EXPECT_EQ(whole_file(path_), "one\ntor\ntwo\n");
}

TEST_F(DeadLetterFileTest, FullFileTakesNoMore) {
    ASSERT_TRUE(file_.append("one\n"));
    std::filesystem::resize_file(path_, DeadLetterFile::most_bytes - 3);

    EXPECT_TRUE(file_.append("2\n"));
    const auto full = file_.append("3\n");

    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind(), ErrorKind::transient);
    EXPECT_NE(full.error().what().find("is full"), std::string::npos);
}

TEST_F(DeadLetterFileTest, IsReadInPiecesOfWholeLines) {
    const std::string line = std::string(3'000'000, 'x') + '\n';
    ASSERT_TRUE(file_.append(line));
    ASSERT_TRUE(file_.append(line));
    ASSERT_TRUE(file_.append(std::string(6'000'000, 'y') + '\n'));

    EXPECT_EQ(*file_.read(0), line);
    EXPECT_EQ(*file_.read(line.size()), line);
    EXPECT_EQ(file_.read(2 * line.size())->size(), 6'000'001U);
    EXPECT_EQ(*file_.read(2 * line.size() + 6'000'001), "");
}

TEST_F(DeadLetterFileTest, KeepsThePartsThatAreNamed) {
    ASSERT_TRUE(file_.append("one\ntwo\nthree\nfour\n"));

    ASSERT_TRUE(file_.keep({Part(4, 8), Part(14, 1'000'000)}));

    EXPECT_EQ(whole_file(path_), "two\nfour\n");
    EXPECT_TRUE(file_.append("five\n"));
    EXPECT_EQ(whole_file(path_), "two\nfour\nfive\n");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_.parent_path()), {}), 1);
}

TEST_F(DeadLetterFileTest, GoesWithItsLastPart) {
    ASSERT_TRUE(file_.append("one\n"));

    ASSERT_TRUE(file_.keep({}));

    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_TRUE(file_.keep({}));
}

}  // namespace
}  // namespace oktail
