#include "support/fault_proxy.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace oktail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Kind = LineFault::Kind;

void write(tcp::socket& to, std::string_view bytes) { asio::write(to, asio::buffer(bytes)); }

/// An RST, without giving the descriptor back: the other direction's thread is in it.
void reset(tcp::socket& socket) {
    sockaddr none{};
    none.sa_family = AF_UNSPEC;
    ::syscall(SYS_connect, socket.native_handle(), &none, sizeof none);  // past TSan, which would take it for a new descriptor
}

}  // namespace

class FaultProxy::Body {
public:
    Body(std::optional<std::uint16_t> server, std::function<Line(int)> faults, Gatekeeper gatekeeper)
        : server_(server), faults_(std::move(faults)), gatekeeper_(std::move(gatekeeper)), thread_([this] { accept(); }) {}
    ~Body() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            for (tcp::socket* socket : open_) ::shutdown(socket->native_handle(), SHUT_RDWR);
        }
        closed_.notify_all();
        asio::io_context io;
        tcp::socket wake(io);
        error_code ignored;
        wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port()), ignored);
        thread_.join();
        for (std::thread& connection : threads_) connection.join();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }

private:
    /// A socket that the end of the proxy shuts down.
    class Known {
    public:
        Known(Body& body, tcp::socket& socket) : body_(body), place_(body.enlist(socket)) {}
        Known(const Known&) = delete;
        Known& operator=(const Known&) = delete;
        ~Known() {
            const std::lock_guard lock(body_.mutex_);
            body_.open_.erase(place_);
        }

    private:
        Body& body_;
        std::list<tcp::socket*>::iterator place_;
    };

    std::list<tcp::socket*>::iterator enlist(tcp::socket& socket) {
        const std::lock_guard lock(mutex_);
        if (closing_) ::shutdown(socket.native_handle(), SHUT_RDWR);
        return open_.insert(open_.end(), &socket);
    }

    void accept() {
        for (;;) {
            tcp::socket client = acceptor_.accept();
            if (closing_) return;
            const int number = connections_++;
            threads_.emplace_back([this, number, client = std::move(client)]() mutable { serve(client, number); });
        }
    }
    void serve(tcp::socket& client, int number) {
        asio::io_context io;
        tcp::socket server(io);
        const Known known_client(*this, client);
        try {
            const auto to = gatekeeper_ ? let_in(client) : server_;
            if (!to) return;
            server.connect({asio::ip::address_v4::loopback(), *to});
            const Known known_server(*this, server);
            client.set_option(tcp::no_delay(true));
            server.set_option(tcp::no_delay(true));
            const Line line = faults_ ? faults_(number) : Line();
            std::thread up([&] { pass_on(client, server, line.to_server); });
            pass_on(server, client, line.to_client);
            up.join();
        } catch (const boost::system::system_error&) {
            reset(client);
        }
    }
    /// The port that the client asks for; nullopt: it was refused.
    std::optional<std::uint16_t> let_in(tcp::socket& client) {
        std::string head;
        asio::read_until(client, asio::dynamic_buffer(head), "\r\n\r\n");
        const auto answer = gatekeeper_(head);
        if (!answer) {
            wait_for_the_end();
            return std::nullopt;
        }
        write(client, *answer);
        if (answer->find(" 200 ") == std::string::npos) return std::nullopt;
        return static_cast<std::uint16_t>(std::stoul(head.substr(head.find(':') + 1)));
    }
    /// Until one end is gone, or the fault ends it. Then both directions are over.
    void pass_on(tcp::socket& from, tcp::socket& to, const LineFault& fault) {
        std::size_t passed = 0;
        std::array<char, 4096> bytes{};
        error_code ec;
        while (!ec) {
            const std::size_t count = from.read_some(asio::buffer(bytes), ec);
            if (ec) break;
            std::string_view rest(bytes.data(), count);
            const bool struck = fault.kind != Kind::none && passed + count > fault.at;
            const std::size_t before = struck && fault.at > passed ? fault.at - passed : 0;
            passed += count;
            if (!struck) {
                asio::write(to, asio::buffer(rest), ec);
                continue;
            }
            asio::write(to, asio::buffer(rest.substr(0, before)), ec);
            rest.remove_prefix(before);
            const bool is_first = passed - count <= fault.at;
            if (fault.kind == Kind::cut) break;
            if (fault.kind == Kind::reset) return reset(to);
            if (fault.kind == Kind::stall) return wait_for_the_end();
            if (fault.kind == Kind::corrupt && is_first) bytes[before] ^= 0x10;
            if (fault.kind == Kind::delay && is_first) pause(fault.pause);
            if (fault.kind == Kind::slice && is_first)
                for (; !ec && !rest.empty(); rest.remove_prefix(1)) asio::write(to, asio::buffer(rest.substr(0, 1)), ec);
            asio::write(to, asio::buffer(rest), ec);
        }
        error_code ignored;
        to.shutdown(tcp::socket::shutdown_send, ignored);
        from.shutdown(tcp::socket::shutdown_receive, ignored);
    }
    void pause(std::chrono::milliseconds span) {
        std::unique_lock lock(mutex_);
        closed_.wait_for(lock, span, [this] { return closing_.load(); });
    }
    void wait_for_the_end() {
        std::unique_lock lock(mutex_);
        closed_.wait(lock, [this] { return closing_.load(); });
    }

    std::optional<std::uint16_t> server_;
    std::function<Line(int)> faults_;
    Gatekeeper gatekeeper_;
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::mutex mutex_;
    std::condition_variable closed_;
    std::list<tcp::socket*> open_;
    std::list<std::thread> threads_;
    std::atomic<int> connections_{0};
    std::atomic<bool> closing_{false};
    std::thread thread_;
};

FaultProxy::FaultProxy(std::uint16_t server, std::function<Line(int)> faults)
    : body_(std::make_unique<Body>(server, std::move(faults), nullptr)) {}

FaultProxy::FaultProxy(Gatekeeper gatekeeper) : body_(std::make_unique<Body>(std::nullopt, nullptr, std::move(gatekeeper))) {}

FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const { return body_->port(); }

int FaultProxy::connections() const { return body_->connections(); }

}  // namespace oktail
