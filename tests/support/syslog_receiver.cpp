#include "support/syslog_receiver.hpp"

#include <oktail/core/asio.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <list>
#include <mutex>
#include <thread>

namespace oktail {
namespace {

namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// "123 rest" → 123, and "rest". nullopt: not all of it is here.
std::optional<std::pair<std::size_t, std::size_t>> number_and_space(std::string_view text) {
    const auto space = text.find_first_of(" \n");
    if (space == std::string_view::npos) return std::nullopt;
    return std::pair(static_cast<std::size_t>(std::stoul(std::string(text.substr(0, space)))), space);
}

}  // namespace

class SyslogReceiver::Body : public std::enable_shared_from_this<Body> {
public:
    explicit Body(Options options) : options(std::move(options)), tls(ssl::context::tls_server) {
        if (!this->options.identity) return;
        const auto& identity = *this->options.identity;
        tls.use_certificate_chain(asio::buffer(identity.certificate));
        tls.use_private_key(asio::buffer(identity.key), ssl::context::pem);
        if (this->options.client_ca.empty()) return;
        tls.add_certificate_authority(asio::buffer(this->options.client_ca));
        tls.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }

    void open() {
        if (options.kind == Kind::udp) {
            datagrams.emplace(io, udp::endpoint(asio::ip::address_v4::loopback(), options.port));
            datagrams->set_option(asio::socket_base::receive_buffer_size(8 * 1024 * 1024));
            port = datagrams->local_endpoint().port();
            spawn(read_datagrams());
            return;
        }
        acceptor.emplace(io);
        acceptor->open(tcp::v4());
        acceptor->set_option(tcp::acceptor::reuse_address(true));
        if (options.receive_buffer != 0)
            acceptor->set_option(asio::socket_base::receive_buffer_size(static_cast<int>(options.receive_buffer)));
        acceptor->bind(tcp::endpoint(asio::ip::address_v4::loopback(), options.port));
        acceptor->listen();
        port = acceptor->local_endpoint().port();
        spawn(accept());
    }

    void spawn(asio::awaitable<void> task) {
        asio::co_spawn(io, std::move(task), [self = shared_from_this()](const std::exception_ptr& why) {
            if (why) self->complain("an exception");
        });
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto [ec, socket] = co_await acceptor->async_accept(as_result);
            if (ec) co_return;
            ++connections;
            spawn(serve(std::move(socket)));
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        ssl::stream<tcp::socket> stream(std::move(socket), tls);
        const auto place = open_.insert(open_.end(), &stream.next_layer());
        if (options.identity) {
            auto [ec] = co_await stream.async_handshake(ssl::stream_base::server, as_result);
            if (!ec) co_await read(stream, stream.next_layer());
        } else {
            co_await read(stream.next_layer(), stream.next_layer());
        }
        open_.erase(place);
    }

    template <class Stream>
    asio::awaitable<void> read(Stream& stream, tcp::socket& socket) {
        std::string unread;
        std::array<char, 16'384> piece{};
        for (;;) {
            asio::steady_timer nap(io);
            while (stopped_) {
                nap.expires_after(std::chrono::milliseconds(5));
                co_await nap.async_wait(as_result);
                if (!socket.is_open()) co_return;
            }
            auto [ec, count] = co_await stream.async_read_some(asio::buffer(piece), as_result);
            if (ec) break;
            unread.append(piece.data(), count);
            std::string answers;
            if (!cut(unread, answers)) complain(unread.substr(0, 200));
            if (!answers.empty()) {
                auto [unsent, sent] = co_await asio::async_write(stream, asio::buffer(answers), as_result);
                static_cast<void>(sent);
                if (unsent) break;
            }
        }
    }

    asio::awaitable<void> read_datagrams() {
        std::string datagram(70'000, '\0');
        for (;;) {
            auto [ec, count] = co_await datagrams->async_receive(asio::buffer(datagram), as_result);
            if (ec == asio::error::operation_aborted) co_return;
            if (!ec) take(std::string_view(datagram).substr(0, count));
        }
    }

    /// Takes the whole messages off the front. False: this is none.
    bool cut(std::string& unread, std::string& answers) try {
        for (;;) {
            if (options.kind == Kind::lf) {
                const auto end = unread.find('\n');
                if (end == std::string::npos) return true;
                take(std::string_view(unread).substr(0, end));
                unread.erase(0, end + 1);
            } else if (options.kind == Kind::octets) {
                const auto head = number_and_space(unread);
                if (!head || unread.size() < head->second + 1 + head->first) return true;
                take(std::string_view(unread).substr(head->second + 1, head->first));
                unread.erase(0, head->second + 1 + head->first);
            } else if (!cut_relp(unread, answers)) {
                return true;
            }
        }
    } catch (const std::exception&) {
        return false;
    }

    /// TXNR SP COMMAND SP LENGTH [SP DATA] LF
    bool cut_relp(std::string& unread, std::string& answers) {
        const auto number = number_and_space(unread);
        if (!number) return false;
        const auto command_end = unread.find(' ', number->second + 1);
        if (command_end == std::string::npos) return false;
        const std::string command = unread.substr(number->second + 1, command_end - number->second - 1);
        const auto length = number_and_space(std::string_view(unread).substr(command_end + 1));
        if (!length) return false;
        const std::size_t begin = command_end + 1 + length->second + (length->first == 0 ? 0 : 1);
        if (unread.size() < begin + length->first + 1) return false;
        const std::string_view data = std::string_view(unread).substr(begin, length->first);
        if (unread[begin + length->first] != '\n') complain("RELP: no LF behind " + std::string(data.substr(0, 100)));
        std::string answer = "200 OK";
        if (command == "open") answer += "\nrelp_version=0\nrelp_software=test\ncommands=syslog";
        else if (command == "syslog") answer = take_relp(data);
        else if (command != "close") complain("RELP: " + command);
        if (command == "close") answers += "0 serverclose 0\n";  // as librelp does
        if (!answer.empty())
            answers += std::to_string(number->first) + " rsp " + std::to_string(answer.size()) + ' ' + answer + '\n';
        unread.erase(0, begin + length->first + 1);
        return true;
    }

    std::string take_relp(std::string_view message) {
        std::string answer = options.answer(message);
        if (answer.starts_with("200")) take(message);
        return answer;
    }

    void take(std::string_view message) {
        const std::lock_guard lock(mutex);
        messages.emplace_back(message);
        came.notify_all();
    }
    void complain(const std::string& what) {
        const std::lock_guard lock(mutex);
        violations.push_back(what);
    }

    void end_all(bool by_reset) {
        for (tcp::socket* socket : open_) {
            error_code ignored;
            if (by_reset) socket->set_option(asio::socket_base::linger(true, 0), ignored);
            else socket->shutdown(tcp::socket::shutdown_send, ignored);
            socket->close(ignored);
        }
    }

    void run_there(const std::function<void()>& what) {
        std::promise<void> done;
        asio::post(io, [&] {
            what();
            done.set_value();
        });
        done.get_future().get();
    }

    Options options;
    asio::io_context io{1};
    ssl::context tls;
    std::optional<tcp::acceptor> acceptor;
    std::optional<udp::socket> datagrams;
    std::uint16_t port = 0;
    std::list<tcp::socket*> open_;
    std::atomic<bool> stopped_ = false;
    std::atomic<std::size_t> connections = 0;
    mutable std::mutex mutex;
    mutable std::condition_variable came;
    std::vector<std::string> messages;
    std::vector<std::string> violations;
    std::thread thread;
};

SyslogReceiver::SyslogReceiver(Options options) : body_(std::make_shared<Body>(std::move(options))) {
    body_->open();
    body_->thread = std::thread([body = body_.get()] { body->io.run(); });
}

SyslogReceiver::~SyslogReceiver() {
    body_->stopped_ = false;
    body_->run_there([this] {
        if (body_->acceptor) body_->acceptor->close();
        if (body_->datagrams) body_->datagrams->close();
        body_->end_all(true);
    });
    body_->thread.join();
}

std::uint16_t SyslogReceiver::port() const noexcept { return body_->port; }

std::vector<std::string> SyslogReceiver::messages() const {
    const std::lock_guard lock(body_->mutex);
    return body_->messages;
}

std::vector<std::string> SyslogReceiver::messages_when_quiet() const {
    std::unique_lock lock(body_->mutex);
    while (body_->came.wait_for(lock, std::chrono::milliseconds(50)) == std::cv_status::no_timeout) continue;
    return body_->messages;
}

bool SyslogReceiver::wait_for(std::size_t count) const {
    std::unique_lock lock(body_->mutex);
    return body_->came.wait_for(lock, std::chrono::seconds(20), [&] { return body_->messages.size() >= count; });
}

std::vector<std::string> SyslogReceiver::violations() const {
    const std::lock_guard lock(body_->mutex);
    return body_->violations;
}

std::size_t SyslogReceiver::connections() const { return body_->connections; }

void SyslogReceiver::stop_reading() { body_->stopped_ = true; }
void SyslogReceiver::go_on_reading() { body_->stopped_ = false; }
void SyslogReceiver::reset_all() {
    body_->run_there([this] { body_->end_all(true); });
}
void SyslogReceiver::close_all() {
    body_->run_there([this] { body_->end_all(false); });
}

}  // namespace oktail
