#include "sink/syslog/syslog_message.hpp"

#include "core/time_text.hpp"

#include <algorithm>

namespace oktail {
namespace {

// RFC 5424 §6.
constexpr std::size_t longest_host = 255;
constexpr std::size_t longest_message_id = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Two digits at `at`, from `least` to `most`.
bool is_number(std::string_view text, std::size_t at, int least, int most) {
    if (!is_digit(text[at]) || !is_digit(text[at + 1])) return false;
    const int number = (text[at] - '0') * 10 + text[at + 1] - '0';
    return number >= least && number <= most;
}

/// RFC 5424 §6.2.3: RFC 3339 with a capital T and Z, at most six digits of a second, and no leap second.
bool is_timestamp(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return false;
    if (!is_number(text, 0, 0, 99) || !is_number(text, 2, 0, 99)) return false;
    if (!is_number(text, 5, 1, 12) || !is_number(text, 8, 1, 31)) return false;
    if (!is_number(text, 11, 0, 23) || !is_number(text, 14, 0, 59) || !is_number(text, 17, 0, 59)) return false;
    std::size_t at = 19;
    if (text[at] == '.') {
        const std::size_t begin = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        if (at == begin || at - begin > 6) return false;
    }
    const std::string_view offset = text.substr(at);
    if (offset == "Z") return true;
    return offset.size() == 6 && (offset[0] == '+' || offset[0] == '-') && offset[3] == ':' && is_number(offset, 1, 0, 23) &&
           is_number(offset, 4, 0, 59);
}

/// PRINTUSASCII, or "-" for nothing.
void put_name(std::string& out, std::string_view name, std::size_t most) {
    if (name.empty()) out += '-';
    for (const char c : name.substr(0, most)) out += c > ' ' && c < '\x7f' ? c : '?';
}

int severity_of(std::string_view severity) {
    if (severity == "DEBUG") return 7;
    if (severity == "WARN") return 4;
    if (severity == "ERROR") return 3;
    return 6;
}

/// At most so many bytes, and no torn character.
std::string_view cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
    return text.substr(0, most);
}

/// The bytes of the control character or line separator that begins at `at`: C0, DEL, C1 (U+0080..U+009F), U+2028, U+2029. 0:
/// it is something else.
std::size_t control_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    if (byte(at) < 0x20 || byte(at) == 0x7F) return 1;
    if (byte(at) == 0xC2 && byte(at + 1) >= 0x80 && byte(at + 1) <= 0x9F) return 2;
    if (byte(at) == 0xE2 && byte(at + 1) == 0x80 && (byte(at + 2) == 0xA8 || byte(at + 2) == 0xA9)) return 3;
    return 0;
}

bool holds_controls(std::string_view text) {
    // Most texts are nothing but printable ASCII: two bytes begin what is longer.
    const auto may_begin_one = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xE2;
    };
    for (std::size_t at = 0; at < text.size(); ++at)
        if (may_begin_one(text[at]) && control_at(text, at) != 0) return true;
    return false;
}

void put_unicode_escape(std::string& out, std::string_view character) {
    constexpr std::string_view hex = "0123456789abcdef";
    unsigned code = static_cast<unsigned char>(character[0]);
    if (character.size() == 2) code = static_cast<unsigned char>(character[1]);  // C2 80 is U+0080
    if (character.size() == 3) code = 0x2000U + (static_cast<unsigned char>(character[2]) & 0x3FU);
    out += "\\u";
    for (const int shift : {12, 8, 4, 0}) out += hex[code >> static_cast<unsigned>(shift) & 0xFU];
}

std::size_t digits_of(std::size_t number) {
    std::size_t digits = 1;
    for (; number > 9; number /= 10) ++digits;
    return digits;
}

/// What stands around a message of so many bytes.
std::size_t frame_around(const SyslogKeys& keys, std::size_t message) {
    constexpr std::size_t relp_header = 9 + 1 + 6 + 1 + 1;  // "999999999 syslog " and the space behind the length
    if (keys.is_udp()) return 0;
    if (keys.is_relp()) return relp_header + digits_of(message) + 1;
    if (keys.framing == SyslogFraming::lf) return 1;
    return digits_of(message) + 1;
}

}  // namespace

std::size_t largest_message(const SyslogKeys& keys, std::size_t most) noexcept {
    std::size_t message = most - frame_around(keys, most);
    while (message + 1 + frame_around(keys, message + 1) <= most) ++message;
    return message;
}

SyslogMessages::SyslogMessages(const SyslogKeys& keys, const RouteId& route, const TenantProfile& tenant, LineFormat format)
    : keys_(keys), format_(std::move(format)), most_(largest_message(keys, keys.max_message_size)), tenant_(route.tenant()) {
    host_ = " ";
    put_name(host_, tenant.domain, longest_host);
    host_ += " okta ";
    put_name(host_, tenant_, 128);
    host_ += ' ';
    data_begin_ = " [okta@" + std::to_string(keys.enterprise_number);
}

Result<std::string_view> SyslogMessages::message(std::string_view event, const EventSlice& slice) {
    const EventSummary summary = summary_of(event);
    put_header(summary, slice, {}, Detail::full);
    const std::string_view text = on_one_line(format_.text(event, text_));
    const auto is_too_large = [&] { return message_.size() + 1 + text.size() > most_; };
    // Fields that somebody made long must not push the event out: they stand in it, too.
    if (is_too_large()) put_header(summary, slice, {}, Detail::brief);
    if (is_too_large()) return smaller(event, text, summary, slice);
    message_ += ' ';
    message_ += text;
    return std::string_view(message_);
}

Result<std::string_view> SyslogMessages::smaller(std::string_view event, std::string_view text, const EventSummary& summary,
                                                 const EventSlice& slice) {
    const std::size_t whole = message_.size() + 1 + text.size();
    const std::string size = "its frame has " + std::to_string(whole + frame_around(keys_, whole)) +
                             " bytes and max_message_size is " + std::to_string(keys_.max_message_size);
    if (keys_.oversize == Oversize::dead_letter) return Error(ErrorKind::rejected, size);
    if (keys_.oversize == Oversize::fail)
        return Error(ErrorKind::transient, "event " + unescaped(summary.uuid) + ": " + size +
                                               "; raise it, at the receiver first, or let `oversize` say what to do");
    const std::string_view mark = keys_.oversize == Oversize::compact ? "debugData" : "true";
    put_header(summary, slice, mark, Detail::full);
    if (message_.size() > most_ / 2) put_header(summary, slice, mark, Detail::brief);
    message_ += ' ';
    const std::size_t room = most_ - message_.size();
    if (keys_.oversize == Oversize::truncate) {
        message_ += cut(text, room);
        return std::string_view(message_);
    }
    auto compacted = format_.compact(event, room);
    std::string_view fitting = compacted ? on_one_line(*compacted) : std::string_view();
    if (fitting.size() > room) {  // escapes made it longer
        compacted = format_.compact(event, room - std::min(room, fitting.size() - compacted->size()));
        fitting = compacted ? on_one_line(*compacted) : std::string_view();
    }
    if (fitting.empty() || fitting.size() > room)
        return Error(ErrorKind::rejected, size + ", which compacting it does not mend");
    message_ += fitting;
    return std::string_view(message_);
}

/// Up to where a space and the text follow.
void SyslogMessages::put_header(const EventSummary& summary, const EventSlice& slice, std::string_view truncated,
                                Detail detail) {
    message_ = '<';
    message_ += std::to_string(keys_.facility * 8 + static_cast<unsigned>(severity_of(summary.severity)));
    message_ += ">1 ";
    if (is_timestamp(summary.published)) message_ += summary.published;
    else if (slice.published != UtcTime{}) message_ += rfc3339(slice.published);
    else message_ += '-';
    message_ += host_;
    put_name(message_, summary.event_type, longest_message_id);
    message_ += data_begin_;
    put_parameter("uuid", summary.uuid, 64);
    put_parameter("type", summary.event_type, 128);
    put_parameter("tenant", tenant_, 64);
    if (detail == Detail::full) {
        put_parameter("outcome", summary.outcome, 64);
        put_parameter("actor", summary.actor, 256);
        put_parameter("client_ip", summary.client_ip, 64);
        put_parameter("txn", summary.transaction, 128);
    }
    put_parameter("truncated", truncated, 16);
    message_ += ']';
}

/// RFC 5424 §6.3.3. `value` is as it stands in the event.
void SyslogMessages::put_parameter(std::string_view name, std::string_view value, std::size_t most) {
    if (value.empty()) return;
    std::string plain;
    if (value.find('\\') != std::string_view::npos) value = plain = unescaped(value);
    message_ += ' ';
    message_ += name;
    message_ += "=\"";
    const std::string_view shown = cut(value, most);
    for (std::size_t at = 0; at < shown.size();) {
        const std::size_t control = control_at(shown, at);
        if (control != 0) {
            message_ += '?';
            at += control;
            continue;
        }
        const char c = shown[at++];
        if (c == '"' || c == '\\' || c == ']') message_ += '\\';
        message_ += c;
    }
    message_ += '"';
}

/// Where a line feed ends a message, nothing in it may look like one: control characters are escaped as JSON has it, and those
/// between tokens become spaces. Elsewhere the length says where a message ends, and the bytes stay as they are.
std::string_view SyslogMessages::on_one_line(std::string_view text) {
    if (keys_.framing != SyslogFraming::lf || !holds_controls(text)) return text;
    escaped_.clear();
    bool in_string = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t control = control_at(text, at);
        if (control != 0) {
            if (in_string || control > 1) put_unicode_escape(escaped_, text.substr(at, control));
            else escaped_ += ' ';
            at += control;
            continue;
        }
        const char c = text[at++];
        escaped_ += c;
        if (c == '"') in_string = !in_string;
        if (c == '\\' && in_string && at < text.size() && control_at(text, at) == 0) escaped_ += text[at++];
    }
    return escaped_;
}

}  // namespace oktail
