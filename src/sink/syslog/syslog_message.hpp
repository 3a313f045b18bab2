#pragma once

#include "format/event_summary.hpp"
#include "format/line_format.hpp"
#include "sink/syslog/syslog_options.hpp"

#include <oktail/sink/sink.hpp>

#include <string>
#include <string_view>

namespace oktail {

/// The largest message whose frame has at most `most` bytes, with what the transport and the framing put around it.
std::size_t largest_message(const SyslogKeys& keys, std::size_t most) noexcept;

/// Words the events of one route as RFC 5424 messages. One shard: it keeps what it works in.
class SyslogMessages {
public:
    /// `keys` outlive it.
    SyslogMessages(const SyslogKeys& keys, const RouteId& route, const TenantProfile& tenant, LineFormat format);

    /// The message of one event, without a frame; valid until the next call. It fits into max_message_size with its frame, and
    /// holds no control character where lines are told apart by them. Errors: rejected (too large, as `oversize` says),
    /// transient (too large, and somebody must look: `oversize: fail`).
    Result<std::string_view> message(std::string_view event, const EventSlice& slice);

private:
    enum class Detail : std::uint8_t { full, brief };

    void put_header(const EventSummary& summary, const EventSlice& slice, std::string_view truncated, Detail detail);
    void put_parameter(std::string_view name, std::string_view value, std::size_t most);
    std::string_view on_one_line(std::string_view text);
    Result<std::string_view> smaller(std::string_view event, std::string_view text, const EventSummary& summary,
                                     const EventSlice& slice);

    const SyslogKeys& keys_;
    LineFormat format_;
    std::size_t most_;        // bytes of a message
    std::string host_;        // " HOSTNAME okta PROCID "
    std::string data_begin_;  // [okta@32473
    std::string tenant_;
    std::string message_;
    std::string text_;
    std::string escaped_;
};

}  // namespace oktail
