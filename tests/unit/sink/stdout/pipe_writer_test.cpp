#include "sink/stdout/pipe_writer.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

namespace oktail {
namespace {

class PipeWriterTest : public testing::Test {
protected:
    PipeWriterTest() {
        std::signal(SIGPIPE, SIG_IGN);
        EXPECT_EQ(::pipe(ends_.data()), 0);
        writer_.emplace(ends_[1]);
    }
    ~PipeWriterTest() override {
        close_reader();
        ::close(ends_[1]);
    }
    void close_reader() {
        if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
    }
    std::string read(std::size_t size) {
        std::string out;
        std::array<char, 1'000> piece{};
        while (out.size() < size) {
            const ssize_t got = ::read(ends_[0], piece.data(), std::min(piece.size(), size - out.size()));
            if (got <= 0) break;
            out.append(piece.data(), static_cast<std::size_t>(got));
        }
        return out;
    }

    std::array<int, 2> ends_{-1, -1};
    std::optional<PipeWriter> writer_;
};

TEST_F(PipeWriterTest, SlowReaderGetsEverythingInOrder) {
    std::string lines;
    for (int n = 0; n < 40'000; ++n) lines += "{\"n\":" + std::to_string(n) + "}\n";
    PipeWriter::Taken taken;
    std::thread writing([&] { taken = writer_->write(lines); });

    EXPECT_EQ(read(lines.size()), lines);
    writing.join();

    EXPECT_EQ(taken.lines, 40'000u);
    EXPECT_FALSE(taken.error);
}

TEST_F(PipeWriterTest, WithoutAReaderItSaysSo) {
    close_reader();

    const auto taken = writer_->write("a\n");

    EXPECT_EQ(taken.lines, 0u);
    ASSERT_TRUE(taken.error);
    EXPECT_EQ(taken.error->kind(), ErrorKind::transient);
    EXPECT_NE(taken.error->what().find("nobody reads stdout"), std::string::npos);
}

TEST_F(PipeWriterTest, StopEndsAWriteThatWaitsForItsReader) {
    const std::string lines(1'000'000, 'x');
    PipeWriter::Taken taken;
    std::thread writing([&] { taken = writer_->write(lines + "\n"); });
    EXPECT_EQ(read(1), "x");

    writer_->stop();
    writing.join();

    EXPECT_EQ(taken.lines, 0u);
    EXPECT_TRUE(taken.error);
}

TEST(PipeWriter, LineOnceBegunIsFinishedForTheNextReader) {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const int reader_of_old = ends[0];
    PipeWriter writer(ends[1]);
    const std::string long_line = "<" + std::string(100'000, 'x') + ">\n";
    PipeWriter::Taken taken;
    std::thread writing([&] { taken = writer.write(long_line); });
    std::string got(1, ' ');
    ASSERT_EQ(::read(reader_of_old, got.data(), 1), 1);
    ::close(reader_of_old);
    writing.join();
    ASSERT_TRUE(taken.error);

    std::array<int, 2> fresh{};
    ASSERT_EQ(::pipe(fresh.data()), 0);
    ASSERT_EQ(::dup2(fresh[1], ends[1]), ends[1]);
    ::close(fresh[1]);
    std::thread again([&] { taken = writer.write("next\n"); });
    std::string rest;
    while (!rest.ends_with("next\n")) {
        std::array<char, 4'096> piece{};
        const ssize_t size = ::read(fresh[0], piece.data(), piece.size());
        ASSERT_GT(size, 0);
        rest.append(piece.data(), static_cast<std::size_t>(size));
    }
    again.join();
    ::close(fresh[0]);
    ::close(ends[1]);

    EXPECT_TRUE(rest.ends_with("x>\nnext\n"));
    EXPECT_LT(rest.size(), long_line.size());
    EXPECT_EQ(taken.lines, 1u);
}

}  // namespace
}  // namespace oktail
