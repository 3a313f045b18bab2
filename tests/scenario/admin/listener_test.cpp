#include "admin/listener.hpp"

#include "admin/endpoints.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_future.hpp>

#include <sys/stat.h>

#include <fstream>
#include <optional>

namespace oktail {
namespace {

namespace fs = std::filesystem;

asio::awaitable<ServerResponse> hello(ServerRequest) { co_return text_response(200, "hello"); }

class ListenerTest : public testing::Test {
protected:
    ~ListenerTest() override { stop(); }

    Listener& start(const ListenAddress& address) {
        ServerOptions options;
        options.listen = address;
        listener_.emplace(io_.get_executor(), clock_, "the server", "look", options, hello);
        listener_->start();
        poll();
        return *listener_;
    }
    void stop() {
        if (!listener_) return;
        auto stopped = asio::co_spawn(io_, listener_->stop(), asio::use_future);
        poll();
        clock_.advance(std::chrono::seconds(1));
        poll();
        stopped.get();
        listener_.reset();
    }
    void pass(std::chrono::milliseconds span) {
        clock_.advance(span);
        poll();
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    ListenAddress socket_file() const { return ListenAddress::socket_file((dir_ / "x.sock").string()); }

    TempDir dir_;
    asio::io_context io_;
    ManualClock clock_;
    std::optional<Listener> listener_;
};

TEST_F(ListenerTest, TakesAPortAsSoonAsItIsFree) {
    std::optional<asio::ip::tcp::acceptor> other(std::in_place, io_,
                                                 asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    Listener& listener = start(ListenAddress::at("127.0.0.1", other->local_endpoint().port()));
    EXPECT_FALSE(listener.server());

    pass(Listener::retry_after);
    EXPECT_FALSE(listener.server());

    other.reset();
    pass(Listener::retry_after);
    EXPECT_TRUE(listener.server());
}

TEST_F(ListenerTest, StopsWhileItTries) {
    const asio::ip::tcp::acceptor other(io_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    start(ListenAddress::at("127.0.0.1", other.local_endpoint().port()));

    stop();

    EXPECT_EQ(clock_.sleepers(), 0);
}

TEST_F(ListenerTest, SocketFileIsForItsOwnerAndGoesWithTheStop) {
    start(socket_file());

    struct stat file{};
    ASSERT_EQ(::stat(socket_file().path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);

    stop();
    EXPECT_FALSE(fs::exists(socket_file().path()));
}

TEST_F(ListenerTest, ReplacesTheSocketFileOfADeadServer) {
    {
        asio::local::stream_protocol::acceptor dead(io_, asio::local::stream_protocol::endpoint(socket_file().path()));
    }
    ASSERT_TRUE(fs::exists(socket_file().path()));

    EXPECT_TRUE(start(socket_file()).server());
}

TEST_F(ListenerTest, LeavesTheSocketFileOfALivingServer) {
    const asio::local::stream_protocol::acceptor alive(io_, asio::local::stream_protocol::endpoint(socket_file().path()));

    EXPECT_FALSE(start(socket_file()).server());

    stop();
    EXPECT_TRUE(fs::exists(socket_file().path()));
}

TEST_F(ListenerTest, LeavesAFileThatIsNoSocket) {
    std::ofstream(socket_file().path()) << "precious";

    EXPECT_FALSE(start(socket_file()).server());

    stop();
    EXPECT_TRUE(fs::is_regular_file(socket_file().path()));
}

TEST_F(ListenerTest, NameThatIsTooLongStopsNobody) {
    EXPECT_FALSE(start(ListenAddress::socket_file((dir_ / std::string(200, 'x')).string())).server());
}

}  // namespace
}  // namespace oktail
