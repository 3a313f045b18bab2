#include "support/misbehaving_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace oktail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class TlsPeer : public MisbehavingServer::Peer {
public:
    TlsPeer(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

    void handshake() override { stream_.handshake(asio::ssl::stream_base::server); }
    bool is_resumed() override { return SSL_session_reused(stream_.native_handle()) == 1; }

    std::string read_request() override {
        const std::size_t head = asio::read_until(stream_, asio::dynamic_buffer(unread_), "\r\n\r\n");
        std::size_t size = head;
        const std::size_t length = unread_.find("Content-Length: ");
        if (length < head) size += std::stoul(unread_.substr(length + 16));
        if (size > unread_.size())
            asio::read(stream_, asio::dynamic_buffer(unread_), asio::transfer_exactly(size - unread_.size()));
        std::string request = unread_.substr(0, size);
        unread_.erase(0, size);
        return request;
    }
    void send(std::string_view bytes) override { asio::write(stream_, asio::buffer(bytes)); }
    void send_raw(std::string_view bytes) override { asio::write(stream_.next_layer(), asio::buffer(bytes)); }
    void wait_for_end() override {
        char bytes[1024];
        error_code ec;
        while (!ec) stream_.next_layer().read_some(asio::buffer(bytes), ec);
    }
    void close() override {
        error_code ignored;
        stream_.shutdown(ignored);
        stream_.next_layer().close(ignored);
    }
    void cut() override {
        error_code ignored;
        stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    }
    void reset() override {
        error_code ignored;
        stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
        stream_.next_layer().close(ignored);
    }

private:
    asio::ssl::stream<tcp::socket> stream_;
    std::string unread_;
};

}  // namespace

class MisbehavingServer::Body {
public:
    Body(const TestIdentity& identity, const Tune& tune) {
        tune(context_.native_handle());
        context_.use_certificate_chain(asio::buffer(identity.certificate));
        context_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
        static constexpr unsigned char session_context[] = "test";
        SSL_CTX_set_session_id_context(context_.native_handle(), session_context, sizeof session_context);
        thread_ = std::thread([this] { accept(); });
    }
    ~Body() {
        closing_ = true;
        asio::io_context io;
        tcp::socket wake(io);
        error_code ignored;
        wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port()), ignored);
        thread_.join();
        for (std::thread& peer : peers_) peer.join();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }
    void next(Script script) {
        const std::lock_guard lock(mutex_);
        scripts_.push_back(std::move(script));
    }

private:
    void accept() {
        for (;;) {
            tcp::socket socket = acceptor_.accept();
            if (closing_) return;
            ++connections_;
            socket.set_option(tcp::no_delay(true));
            peers_.emplace_back(
                [this, script = take(), socket = std::move(socket)]() mutable { serve(script, std::move(socket)); });
        }
    }
    Script take() {
        const std::lock_guard lock(mutex_);
        if (scripts_.empty()) return [](Peer& peer) { peer.reset(); };
        Script script = std::move(scripts_.front());
        scripts_.pop_front();
        return script;
    }
    void serve(const Script& script, tcp::socket socket) {
        TlsPeer peer(std::move(socket), context_);
        try {
            script(peer);
        } catch (const boost::system::system_error&) {
            peer.reset();  // the client has left, or was not let in
        }
    }

    asio::io_context io_;
    asio::ssl::context context_{asio::ssl::context::tls_server};
    tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::mutex mutex_;
    std::deque<Script> scripts_;
    std::list<std::thread> peers_;
    std::atomic<int> connections_{0};
    std::atomic<bool> closing_{false};
    std::thread thread_;
};

MisbehavingServer::MisbehavingServer(const TestIdentity& identity, const Tune& tune)
    : body_(std::make_unique<Body>(identity, tune)) {}

MisbehavingServer::~MisbehavingServer() = default;

std::uint16_t MisbehavingServer::port() const { return body_->port(); }

void MisbehavingServer::next(Script script) {
    body_->next([script = std::move(script)](Peer& peer) {
        peer.handshake();
        script(peer);
    });
}

void MisbehavingServer::next_raw(Script script) { body_->next(std::move(script)); }

int MisbehavingServer::connections() const { return body_->connections(); }

}  // namespace oktail
