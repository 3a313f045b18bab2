#pragma once

#include "sink/options/event_format.hpp"

#include <oktail/config/config.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oktail {

enum class SyslogTransport : std::uint8_t { udp, tcp, tls, relp, relp_tls };
/// How messages are told apart on a stream (RFC 6587 §3.4).
enum class SyslogFraming : std::uint8_t { octet_counting, lf };
/// What becomes of an event whose frame would be larger than the receiver takes.
enum class Oversize : std::uint8_t { compact, truncate, dead_letter, fail };

/// Whom to trust, and who we are, on a connection with TLS. Files are resolved; empty: none.
struct TlsKeys {
    std::filesystem::path ca_file;  ///< empty: the system's
    std::filesystem::path cert_file;
    std::filesystem::path key_file;
    std::string server_name;  ///< empty: the host of the address
    bool operator==(const TlsKeys&) const = default;
};

/// The keys of a syslog sink.
struct SyslogKeys {
    std::vector<std::string> addresses;  ///< "host:port", in the order they are tried
    SyslogTransport transport = SyslogTransport::tls;
    SyslogFraming framing = SyslogFraming::octet_counting;
    EventFormat format = EventFormat::raw;
    unsigned facility = 10;               ///< RFC 5424 §6.2.1
    std::size_t max_message_size = 8096;  ///< bytes of the whole frame; what rsyslog calls 8k
    Oversize oversize = Oversize::compact;
    std::uint64_t enterprise_number = 32473;
    std::size_t replay_window = 4UL * 1024 * 1024;  ///< bytes, of each connection; tcp and tls
    std::size_t window = 128;                       ///< messages without an acknowledgement; relp
    TlsKeys tls;
    bool operator==(const SyslogKeys&) const = default;

    bool has_tls() const noexcept { return transport == SyslogTransport::tls || transport == SyslogTransport::relp_tls; }
    bool is_relp() const noexcept { return transport == SyslogTransport::relp || transport == SyslogTransport::relp_tls; }
    bool is_udp() const noexcept { return transport == SyslogTransport::udp; }
};

class SyslogOptions : public SinkOptions, public SyslogKeys {
public:
    bool is_same_as(const SinkOptions& other) const override {
        const auto* same = dynamic_cast<const SyslogKeys*>(&other);
        return same && *this == *same;
    }
    void check_files(Problems& problems) const override;

    ConfigPlace tls_place;
};

const KeyTable& syslog_keys();
/// Pure; adds every problem. nullptr if there were any.
std::shared_ptr<const SyslogOptions> parse_syslog_options(const ConfigNode& sink, const Environment& environment,
                                                          Problems& problems);

}  // namespace oktail
