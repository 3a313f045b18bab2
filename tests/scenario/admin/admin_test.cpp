// The admin server as clients meet it: over TCP and Unix sockets.

#include "admin/admin.hpp"

#include "core/steady_clock.hpp"
#include "http/unix_client.hpp"
#include "support/run_on.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <iterator>
#include <list>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class AdminTest : public testing::Test {
protected:
    AdminTest() {
        AdminHooks hooks;
        hooks.stuck = [this] { return stuck; };
        hooks.reload = [this] { return reload(); };
        on_main([&] {
            admin_.emplace(main_.executor(), clock_, happenings, DaemonFacts("1.2.3", "siem-1", clock_.utc_now()), hooks);
            admin_->open_control(control());
        });
        listen(ListenAddress::at("127.0.0.1", 0));
    }
    ~AdminTest() override {
        run_on(main_, admin_->stop());
        on_main([&] { admin_.reset(); });
        main_.join();
    }

    void on_main(const std::function<void()>& work) {
        std::packaged_task<void()> task(work);
        asio::post(main_.executor(), [&task] { task(); });
        task.get_future().get();
    }
    void listen(const std::optional<ListenAddress>& address) { run_on(main_, admin_->listen(address)); }
    asio::awaitable<Result<std::string>> reload() { co_return reloaded; }

    std::string control() const { return (dir_ / "oktail.sock").string(); }
    std::string port() {
        std::string port;
        on_main([&] { port = std::to_string(admin_->listener()->server()->port()); });
        return port;
    }
    /// The whole answer, as it came.
    std::string over_tcp(const std::string& method, const std::string& target) {
        asio::ip::tcp::iostream stream("127.0.0.1", port());
        stream.expires_after(5s);
        stream << method << ' ' << target << " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" << std::flush;
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    UnixAnswer over_control(const std::string& method, const std::string& target) {
        return ask(control(), method, target, 5s).value();
    }

    const log::Scope route_{"acme", "archive"};
    std::optional<std::string> stuck;
    Result<std::string> reloaded = std::string("nothing has changed");
    TempDir dir_;
    SteadyClock clock_;
    Happenings happenings{clock_};
    Shard main_{"main"};
    std::optional<Admin> admin_;
};

TEST_F(AdminTest, ServesThePagesOverTcp) {
    happenings.route_added(route_, StallRule());
    on_main([&] { admin_->set_started(); });

    EXPECT_THAT(over_tcp("GET", "/livez"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\n\r\nok\n")));
    EXPECT_THAT(over_tcp("GET", "/readyz?verbose"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(over_tcp("GET", "/status"),
                AllOf(HasSubstr("Content-Type: application/json\r\n"), HasSubstr(R"("tenant":"acme")"), HasSubstr("siem-1")));
    EXPECT_THAT(over_tcp("GET", "/metrics"),
                AllOf(HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), HasSubstr("\n# TYPE oktail_")));
}

TEST_F(AdminTest, HeadHasNoBody) {
    const std::string text = over_tcp("HEAD", "/livez");

    EXPECT_THAT(text, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 3\r\n")));
    EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
}

TEST_F(AdminTest, RefusesOtherMethodsAndUnknownPaths) {
    EXPECT_THAT(over_tcp("DELETE", "/status"), AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
    EXPECT_THAT(over_tcp("GET", "/"), AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("/livez /readyz /metrics /status")));
}

TEST_F(AdminTest, IsNotReadyBeforeItsStart) {
    EXPECT_THAT(over_tcp("GET", "/readyz"), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("starting")));
}

TEST_F(AdminTest, SaysWhatIsStuck) {
    on_main([&] { stuck = "shard-1 for 20 s"; });

    EXPECT_THAT(over_tcp("GET", "/livez"), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("shard-1 for 20 s\n")));
}

TEST_F(AdminTest, MovesToAnotherAddress) {
    const std::string socket_file = (dir_ / "admin.sock").string();

    listen(ListenAddress::socket_file(socket_file));
    EXPECT_EQ(ask(socket_file, "GET", "/livez", 5s).value().body, "ok\n");

    listen(std::nullopt);
    EXPECT_FALSE(ask(socket_file, "GET", "/livez", 5s));
}

TEST_F(AdminTest, OnlyTheControlSocketTakesOrders) {
    EXPECT_THAT(over_tcp("POST", "/reload"), StartsWith("HTTP/1.1 404 "));
    EXPECT_EQ(over_control("POST", "/reload").body, "nothing has changed\n");
    EXPECT_EQ(over_control("GET", "/reload").status, 405u);
    EXPECT_EQ(over_control("GET", "/livez").status, 200u);
}

TEST_F(AdminTest, ReloadTellsABadConfigurationFromOtherTrouble) {
    on_main([&] { reloaded = Error(ErrorKind::rejected, "oktail.yaml:1:1: bad\noktail.yaml:2:1: worse\n"); });
    const UnixAnswer bad = over_control("POST", "/reload");
    on_main([&] { reloaded = Error(ErrorKind::transient, "busy"); });
    const UnixAnswer busy = over_control("POST", "/reload");

    EXPECT_EQ(bad.status, 422u);
    EXPECT_EQ(bad.body, "oktail.yaml:1:1: bad\noktail.yaml:2:1: worse\n");
    EXPECT_EQ(busy.status, 503u);
}

/// A child process that has become `nobody`; its exit status is 0 if it was told 403.
int status_for_nobody(const std::string& socket_file) {
    constexpr uid_t nobody = 65'534;
    const pid_t child = ::fork();
    if (child == 0) {
        const bool changed = ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
        asio::local::stream_protocol::iostream stream{asio::local::stream_protocol::endpoint(socket_file)};
        stream << "POST /reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" << std::flush;
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        ::_exit(changed && text.starts_with("HTTP/1.1 403 ") ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(AdminTest, ControlSocketIsForRootAndItsOwnerWhateverItsMode) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    namespace fs = std::filesystem;
    fs::permissions(dir_.path(), fs::perms::all);
    fs::permissions(control(), fs::perms::all);

    EXPECT_EQ(status_for_nobody(control()), 0);
}

TEST_F(AdminTest, SilentClientsDoNotKeepOthersOut) {
    std::list<asio::ip::tcp::iostream> silent;
    for (int i = 0; i < 40; ++i) silent.emplace_back("127.0.0.1", port());

    EXPECT_THAT(over_tcp("GET", "/livez"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdminTest, ConnectionsAreBoundedForEachListener) {
    std::list<asio::ip::tcp::iostream> silent;
    for (int i = 0; i < 64; ++i) silent.emplace_back("127.0.0.1", port());

    EXPECT_EQ(over_tcp("GET", "/livez"), "");
    EXPECT_EQ(over_control("GET", "/livez").status, 200u);
}

}  // namespace
}  // namespace oktail
