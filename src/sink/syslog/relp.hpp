#pragma once

#include <oktail/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// RELP, as https://www.rsyslog.com/doc/relp.html has it: TXNR SP COMMAND SP DATALEN [SP DATA] LF, both ways.
namespace oktail {

/// Numbers of transactions; 0 is the receiver's own.
constexpr std::uint32_t last_relp_transaction = 999'999'999;
constexpr std::uint32_t behind(std::uint32_t transaction) { return transaction == last_relp_transaction ? 1 : transaction + 1; }

void put_relp_frame(std::string& out, std::uint32_t transaction, std::string_view command, std::string_view data);

/// What a receiver says.
class RelpFrame {
public:
    std::uint32_t transaction = 0;
    std::string command;
    std::string data;

    /// Of a "rsp": the three digits that it begins with; 0 if there are none.
    int code() const noexcept;
    /// Of a "rsp": its first line, behind the digits.
    std::string_view text() const noexcept;
};

/// Cuts frames out of what a receiver sends, in pieces of any size.
class RelpReader {
public:
    static constexpr std::size_t most_data = 64UL * 1024;

    void feed(std::string_view bytes) { unread_ += bytes; }
    /// nullopt: more bytes are needed. Errors: transient (this is no RELP; nothing more can be read).
    Result<std::optional<RelpFrame>> next();

private:
    std::string unread_;
};

}  // namespace oktail
