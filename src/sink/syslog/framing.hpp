#pragma once

#include "sink/syslog/syslog_options.hpp"

#include <string>
#include <string_view>

namespace oktail {

/// RFC 6587 §3.4.1: the length in octets says where a message ends. With LF (§3.4.2) the message must hold none.
inline void put_frame(std::string& out, SyslogFraming framing, std::string_view message) {
    if (framing == SyslogFraming::octet_counting) {
        out += std::to_string(message.size());
        out += ' ';
    }
    out += message;
    if (framing == SyslogFraming::lf) out += '\n';
}

}  // namespace oktail
