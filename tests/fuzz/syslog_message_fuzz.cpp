#include "fuzz/fuzz_check.hpp"
#include "sink/syslog/framing.hpp"
#include "sink/syslog/relp.hpp"
#include "sink/syslog/syslog_message.hpp"
#include "support/syslog_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace json = boost::json;

namespace oktail {
namespace {

/// The first bytes of the input say how the sink is configured.
constexpr std::size_t bytes_of_options = 5;

class Setting {
public:
    explicit Setting(std::string_view bytes) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
        constexpr std::array transports{SyslogTransport::tcp, SyslogTransport::tcp, SyslogTransport::udp,
                                        SyslogTransport::relp};
        constexpr std::array formats{EventFormat::raw, EventFormat::raw, EventFormat::envelope, EventFormat::cef};
        keys.facility = byte(0) % 24U;
        keys.transport = transports[byte(1) & 3U];
        keys.oversize = static_cast<Oversize>(byte(1) >> 2U & 3U);
        keys.format = formats[byte(1) >> 4U & 3U];
        if (keys.transport == SyslogTransport::tcp && (byte(2) & 1U) != 0) keys.framing = SyslogFraming::lf;
        if ((byte(2) & 2U) != 0) {
            route = RouteId(std::string(63, 't'), "siem");
            tenant = TenantProfile(std::string(300, 'd'));
            keys.enterprise_number = 4'294'967'295;
        }
        if ((byte(2) & 4U) != 0) slice.published = UtcTime(std::chrono::seconds(1'767'225'600));
        keys.max_message_size = 1'024 + (byte(3) * 256U + byte(4)) % (8'192 - 1'024 + 1);
    }

    bool is_plain() const { return keys.format == EventFormat::raw && keys.framing == SyslogFraming::octet_counting; }

    SyslogKeys keys;
    RouteId route{"acme", "siem"};
    TenantProfile tenant{"acme.okta.com", {{"env", "test"}}};
    EventSlice slice;
};

bool holds_controls(std::string_view text) {
    for (const unsigned char c : text)
        if (c < 0x20 || c == 0x7F) return true;
    for (unsigned c = 0x80; c <= 0x9F; ++c)
        if (text.find(std::string("\xC2") + static_cast<char>(c)) != std::string_view::npos) return true;
    return text.find("\u2028") != std::string_view::npos || text.find("\u2029") != std::string_view::npos;
}

std::size_t members_in(const json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object())
        for (const auto& [name, member] : *object) count += 1 + members_in(member);
    if (const auto* array = value.if_array())
        for (const json::value& item : *array) count += members_in(item);
    return count;
}

/// How many names stand in the text of a JSON value; nullopt: one is empty, or has an escape.
std::optional<std::size_t> plain_names_in(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '"') continue;
        const std::size_t begin = ++at;
        while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
        const std::string_view string = text.substr(begin, at - begin);
        const auto behind = text.find_first_not_of(" \t\r\n", at + 1);
        if (behind == std::string_view::npos || text[behind] != ':') continue;
        if (string.find('\\') != std::string_view::npos) return std::nullopt;
        ++count;
    }
    return count;
}

/// The event as another reader has it; nullopt: it is no JSON object, or one that readers differ about.
std::optional<json::object> read(std::string_view event) {
    json::error_code trouble;
    const json::value value = json::parse(event, trouble);
    if (trouble || !value.is_object() || plain_names_in(event) != members_in(value)) return std::nullopt;
    return value.get_object();
}

std::string text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}
std::string text_in(const json::object& object, std::string_view name, std::string_view below) {
    const json::value* value = object.if_contains(name);
    return value && value->is_object() ? text_in(value->get_object(), below) : std::string();
}

bool is_short(const std::string& text, std::size_t most) { return text.size() <= most && !holds_controls(text); }

void check_data(const SyslogParts& parts, std::string_view event, const Setting& setting) {
    const auto object = read(event);
    if (!object) return;
    const std::string uuid = text_in(*object, "uuid");
    const std::string type = text_in(*object, "eventType");
    const std::string actor = text_in(*object, "actor", "alternateId");
    FUZZ_CHECK(!is_short(uuid, 64) || parts.parameter("uuid") == uuid);
    FUZZ_CHECK(!is_short(type, 128) || parts.parameter("type") == type);
    // Less is said where the head would take more than half of the room.
    constexpr std::size_t rest_of_head = 300;
    if (setting.route.tenant() != "acme" || 2 * event.size() + rest_of_head > setting.keys.max_message_size / 2) return;
    FUZZ_CHECK(!is_short(actor, 256) || parts.parameter("actor") == actor);
}

void check_text(const SyslogParts& parts, std::string_view event, const Setting& setting) {
    if (setting.keys.format != EventFormat::raw) return;
    const std::string truncated = parts.parameter("truncated");
    if (setting.is_plain() && truncated.empty()) FUZZ_CHECK(parts.message == event);
    if (setting.is_plain() && truncated == "true") FUZZ_CHECK(event.starts_with(parts.message));
    if (!truncated.empty()) return;
    json::error_code trouble;
    const json::value sent = json::parse(event, trouble);
    // As text: the parser reads 0e400 as not-a-number, which equals nothing, itself included.
    if (!trouble) FUZZ_CHECK(json::serialize(json::parse(parts.message)) == json::serialize(sent));
}

void put(std::string& stream, std::string_view message, const Setting& setting) {
    if (setting.keys.is_relp()) put_relp_frame(stream, last_relp_transaction, "syslog", message);
    else if (setting.keys.is_udp()) stream += message;
    else put_frame(stream, setting.keys.framing, message);
}

void check_message(std::string_view message, std::string_view event, const Setting& setting) {
    std::string frame;
    put(frame, message, setting);
    FUZZ_CHECK(frame.size() <= setting.keys.max_message_size);
    if (setting.keys.framing == SyslogFraming::lf) FUZZ_CHECK(!holds_controls(message));
    const auto parts = parse_syslog(message);
    FUZZ_CHECK(parts);
    FUZZ_CHECK(static_cast<unsigned>(parts->priority) / 8 == setting.keys.facility);
    FUZZ_CHECK(parts->app == "okta" && parts->process == setting.route.tenant());
    check_data(*parts, event, setting);
    check_text(*parts, event, setting);
}

/// What cannot be sent is too large, and `oversize` says what its trouble is.
void check_refusal(const Error& why, std::string_view event, const Setting& setting) {
    FUZZ_CHECK(setting.keys.oversize != Oversize::truncate);
    FUZZ_CHECK(why.kind() == (setting.keys.oversize == Oversize::fail ? ErrorKind::transient : ErrorKind::rejected));
    constexpr std::size_t largest_head = 1'020;
    if (setting.is_plain()) FUZZ_CHECK(event.size() + largest_head > setting.keys.max_message_size / 2);
}

/// The stream as a receiver cuts it.
std::vector<std::string> split(std::string_view stream, const Setting& setting) {
    std::vector<std::string> messages;
    if (setting.keys.is_relp()) {
        RelpReader reader;
        reader.feed(stream);
        for (auto next = reader.next(); next && *next; next = reader.next()) messages.push_back((*next)->data);
    } else if (setting.keys.framing == SyslogFraming::octet_counting) {
        messages = split_octet_counted(stream).value_or(messages);
    } else {
        for (auto end = stream.find('\n'); end != std::string_view::npos; end = stream.find('\n')) {
            messages.emplace_back(stream.substr(0, end));
            stream.remove_prefix(end + 1);
        }
    }
    return messages;
}

}  // namespace
}  // namespace oktail

/// Whatever an event holds, its message is one by the letter of RFC 5424, fits into its frame, says what the event says, and is
/// told apart from those beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace oktail;
    if (size < bytes_of_options) return 0;
    const std::string_view input = fuzz_text(data, size);
    const Setting setting(input);
    const std::string_view event = input.substr(bytes_of_options);
    const LineFormat format = line_format(setting.keys.format, setting.route, setting.tenant);
    SyslogMessages messages(setting.keys, setting.route, setting.tenant, format);
    std::string stream;
    std::vector<std::string> sent;
    for (const std::string_view part : {event, event.substr(0, event.size() / 2), event.substr(event.size() / 2)}) {
        const auto message = messages.message(part, setting.slice);
        if (!message) {
            check_refusal(message.error(), part, setting);
            continue;
        }
        check_message(*message, part, setting);
        put(stream, *message, setting);
        sent.emplace_back(*message);
    }
    FUZZ_CHECK(setting.keys.is_udp() || split(stream, setting) == sent);
    return 0;
}
