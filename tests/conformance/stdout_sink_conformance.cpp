#include "conformance/sink_conformance.hpp"
#include "sink/stdout/stdout_sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <sstream>

namespace oktail {
namespace {

/// A pipe that holds all that the suite writes, so that it can be read afterwards.
class PipeDestination : public Destination {
public:
    PipeDestination() {
        std::signal(SIGPIPE, SIG_IGN);
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        EXPECT_GE(::fcntl(ends_[1], F_SETPIPE_SZ, 1024 * 1024), 1024 * 1024);
        EXPECT_EQ(::fcntl(ends_[0], F_SETFL, O_NONBLOCK), 0);
    }
    ~PipeDestination() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }

    std::unique_ptr<Sink> make_sink(SinkDeps) override {
        return std::make_unique<StdoutSink>(std::make_shared<StdoutOptions>(), ends_[1]);
    }

    std::vector<std::string> lines() override {
        std::string text;
        std::array<char, 65'536> piece{};
        for (ssize_t got = 0; (got = ::read(ends_[0], piece.data(), piece.size())) > 0;)
            text.append(piece.data(), static_cast<std::size_t>(got));
        std::istringstream stream(text);
        std::vector<std::string> out;
        for (std::string line; std::getline(stream, line);) out.push_back(line);
        return out;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

INSTANTIATE_TEST_SUITE_P(Stdout, SinkConformance,
                         testing::Values(SinkUnderTest{"pipe", [] { return std::make_unique<PipeDestination>(); }}),
                         name_of_sink);

}  // namespace
}  // namespace oktail
