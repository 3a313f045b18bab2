#pragma once

#include "sink/syslog/session.hpp"

#include <boost/asio/ip/udp.hpp>

#include <string>

namespace oktail {

/// Syslog over UDP (RFC 5426): a datagram for each message. What our kernel took counts as sent; nobody hears what became of
/// it.
class DatagramSession : public SyslogSession {
public:
    DatagramSession(const asio::any_io_executor& executor, const asio::ip::udp::endpoint& to);

    asio::awaitable<Error> run(Outbox& outbox, std::stop_token stop) override;
    bool was_of_use() const override { return was_of_use_; }
    bool has_stood() const override { return was_of_use_; }
    std::string description() const override { return description_; }

private:
    asio::awaitable<boost::system::error_code> send_some(Outbox& outbox);

    asio::ip::udp::socket socket_;
    boost::system::error_code opened_;
    std::string description_;
    std::size_t turns_ = 0;
    bool was_of_use_ = false;
};

}  // namespace oktail
