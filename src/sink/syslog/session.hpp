#pragma once

#include "sink/syslog/outbox.hpp"
#include "sink/syslog/syslog_options.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include <chrono>
#include <stop_token>
#include <string>

namespace oktail {

/// How long a receiver is waited for.
class SyslogDeadlines {
public:
    std::chrono::milliseconds connect{10'000};      ///< each address, and again for the handshakes of TLS and RELP
    std::chrono::milliseconds no_progress{30'000};  ///< with something on the way
    std::chrono::milliseconds finish{1'000};        ///< to end a connection well
    /// Nothing counts as taken before a connection is so old: a receiver that refuses us closes it first, and its kernel has
    /// acknowledged what we sent by then.
    std::chrono::milliseconds probation{1'000};
    /// A receiver that closes a connection as one should has read what is older.
    std::chrono::milliseconds read_by_now{30'000};
    std::chrono::milliseconds longest_backoff{5'000};
};

/// One connection to a receiver, from the moment it can be used to the first trouble. One shard.
class SyslogSession {
public:
    virtual ~SyslogSession() = default;

    /// Sends what is in the outbox and what comes into it, and tells the parcels what has arrived. Ends with the trouble that
    /// ended it, or soon after `stop` is requested, when all that was sent is acknowledged or will not be.
    virtual asio::awaitable<Error> run(Outbox& outbox, std::stop_token stop) = 0;
    /// Whether the receiver has taken anything new.
    virtual bool was_of_use() const = 0;
    /// Long enough to call the receiver a good one.
    virtual bool has_stood() const = 0;
    /// It ended as an idle connection may: nobody is to be in a hurry.
    virtual bool ended_well() const { return false; }
    /// "127.0.0.1:6514 TLSv1.3"
    virtual std::string description() const = 0;
};

}  // namespace oktail
