#include "bench/syslog_drain.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace oktail {
namespace {

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "syslog_drain: %s\n", what);
    std::abort();
}

class PlainWire : public Wire {
public:
    explicit PlainWire(int fd) : fd_(fd) {
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    PlainWire(const PlainWire&) = delete;
    PlainWire& operator=(const PlainWire&) = delete;
    ~PlainWire() override { ::close(fd_); }

    bool send(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    std::size_t receive(char* to, std::size_t most) override {
        const ssize_t n = ::recv(fd_, to, most, 0);
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    void end() override { ::shutdown(fd_, SHUT_WR); }

private:
    int fd_;
};

class TlsWire : public Wire {
public:
    /// Ours is the server's end if there is an identity.
    TlsWire(int fd, const TestIdentity* identity) : below_(fd) {
        context_ = SSL_CTX_new(identity ? TLS_server_method() : TLS_client_method());
        if (identity) use(*identity);
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, fd);
        if ((identity ? SSL_accept(ssl_) : SSL_connect(ssl_)) != 1) fail("handshake");
    }
    TlsWire(const TlsWire&) = delete;
    TlsWire& operator=(const TlsWire&) = delete;
    ~TlsWire() override {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }

    bool send(std::string_view bytes) override { return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0; }
    std::size_t receive(char* to, std::size_t most) override {
        const int n = SSL_read(ssl_, to, static_cast<int>(most));
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    void end() override {
        SSL_shutdown(ssl_);
        below_.end();
    }

private:
    void use(const TestIdentity& identity) {
        BIO* certificate = BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
        BIO* key = BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size()));
        X509* const x509 = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
        EVP_PKEY* const pkey = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
        if (SSL_CTX_use_certificate(context_, x509) != 1 || SSL_CTX_use_PrivateKey(context_, pkey) != 1) fail("identity");
        X509_free(x509);
        EVP_PKEY_free(pkey);
        BIO_free(certificate);
        BIO_free(key);
    }

    PlainWire below_;
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
};

std::unique_ptr<Wire> wire_on(int fd, bool by_tls, const TestIdentity* identity) {
    if (by_tls) return std::make_unique<TlsWire>(fd, identity);
    return std::make_unique<PlainWire>(fd);
}

/// Answers whole frames of "TXNR COMMAND LENGTH DATA\n"; how many bytes they had.
std::size_t answer_all(std::string_view unread, std::string& answers) {
    const std::string_view all = unread;
    for (;;) {
        const auto number = unread.find(' ');
        const auto command = number == std::string_view::npos ? number : unread.find(' ', number + 1);
        if (command == std::string_view::npos) break;
        std::size_t length = 0;
        const auto [end, bad] = std::from_chars(unread.data() + command + 1, unread.data() + unread.size(), length);
        static_cast<void>(bad);
        const auto head = static_cast<std::size_t>(end - unread.data());
        const std::size_t size = head + (length == 0 ? 0 : 1) + length + 1;
        if (head >= unread.size() || unread.size() < size) break;
        answers.append(unread.substr(0, number)).append(" rsp 6 200 OK\n");
        unread.remove_prefix(size);
    }
    return all.size() - unread.size();
}

}  // namespace

SyslogDrain::SyslogDrain(Kind kind, const TestIdentity& identity)
    : kind_(kind), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to whoever has gone
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 1) != 0 || ::getsockname(listener_, any, &size) != 0)
        fail("listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, identity] { serve(identity); });
}

SyslogDrain::~SyslogDrain() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

void SyslogDrain::serve(const TestIdentity& identity) {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    const auto wire = wire_on(fd, kind_ == Kind::tls, &identity);
    std::string buffer(1024UL * 1024, '\0');
    std::string answers;
    std::size_t kept = 0;
    for (;;) {
        const std::size_t count = wire->receive(buffer.data() + kept, buffer.size() - kept);
        if (count == 0) return wire->end();
        if (kind_ != Kind::relp) continue;
        kept += count;
        answers.clear();
        const std::size_t done = answer_all(std::string_view(buffer.data(), kept), answers);
        buffer.replace(0, kept - done, buffer, done, kept - done);
        kept -= done;
        if (!wire->send(answers)) return;
    }
}

std::unique_ptr<Wire> SyslogDrain::dial() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    return wire_on(fd, kind_ == Kind::tls, nullptr);
}

}  // namespace oktail
