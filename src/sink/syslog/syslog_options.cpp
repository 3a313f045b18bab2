#include "sink/syslog/syslog_options.hpp"

#include "config/domain.hpp"
#include "config/key_check.hpp"
#include "config/named_files.hpp"
#include "config/secret_file.hpp"
#include "core/quote.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::size_t most_in_a_datagram = 65'507;  // of UDP over IPv4

const KeyTable& tls_keys() {
    static const KeyTable keys{
        {.name = "ca_file",
         .type = KeyType::path,
         .example = "siem-ca.pem",
         .description = "Certificates (PEM) to trust instead of the system's."},
        {.name = "cert_file",
         .type = KeyType::path,
         .example = "client.pem",
         .description = "Our certificate (PEM, with what leads to its CA), for a receiver that wants to know who sends."},
        {.name = "key_file",
         .example = "client.key",
         .description = "The private key of cert_file (PEM, not encrypted), looked up as client_secret_files are. Certificates "
                        "and key are read again for each connection."},
        {.name = "server_name",
         .example = "siem.corp",
         .description = "Whom the receiver's certificate must name, instead of the host of the address."},
    };
    return keys;
}

/// Whoever writes a default out, as `oktail config defaults` does, means nothing by it.
void wrong(const Section& section, std::string_view key, std::string_view what, std::string_view advice, Problems& problems) {
    const ConfigNode* node = section.given(key);
    const auto known = std::ranges::find(syslog_keys(), key, &Key::name);
    if (node && (node->text.empty() || node->text != known->fallback)) problems.add(node->place, what, advice);
}

void check_addresses(const ConfigNode& addresses, Problems& problems) {
    for (const ConfigNode& item : addresses.items)
        if (!item.text.empty() && !is_host_and_port(item.text))
            problems.add(item.place, quote(item.text, 128) + " is no address",
                         "write a host and a port, such as siem.corp:6514 or [2001:db8::1]:6514");
}

/// What only some transports have.
void check_transport(const SyslogKeys& keys, const Section& section, Problems& problems) {
    const bool is_stream = keys.transport == SyslogTransport::tcp || keys.transport == SyslogTransport::tls;
    if (!is_stream)
        wrong(section, "framing", "only tcp and tls have a choice of framing", "remove it, or choose another transport",
              problems);
    if (!is_stream)
        wrong(section, "replay_window", "only tcp and tls send again what was taken",
              keys.is_relp() ? "remove it; what relp repeats is set by `window`" : "remove it", problems);
    if (!keys.is_relp())
        wrong(section, "window", "only relp and relp_tls have acknowledgements to wait for", "remove it", problems);
    if (!keys.has_tls()) wrong(section, "tls", "this transport has no TLS", "choose tls or relp_tls, or remove it", problems);
    if (keys.is_udp() && keys.max_message_size > most_in_a_datagram)
        wrong(section, "max_message_size", "a datagram holds 65507 bytes at most", "choose a smaller one, or tcp", problems);
}

unsigned read_facility(const Section& section) {
    return section.choice<unsigned>("facility", {{"user", 1},
                                                 {"daemon", 3},
                                                 {"auth", 4},
                                                 {"authpriv", 10},
                                                 {"audit", 13},
                                                 {"local0", 16},
                                                 {"local1", 17},
                                                 {"local2", 18},
                                                 {"local3", 19},
                                                 {"local4", 20},
                                                 {"local5", 21},
                                                 {"local6", 22},
                                                 {"local7", 23}});
}

TlsKeys read_tls(const Section& section, const Environment& environment, Problems& problems) {
    TlsKeys tls;
    tls.ca_file = section.path("ca_file");
    tls.cert_file = section.path("cert_file");
    if (const ConfigNode* key = section.given("key_file"); key && !key->text.empty())
        tls.key_file = find_secret(key->text, key->place, environment);
    tls.server_name = section.text("server_name");
    if (tls.cert_file.empty() != tls.key_file.empty())
        problems.add(section.place(), "cert_file and key_file belong together", "give both, or neither");
    return tls;
}

}  // namespace

const KeyTable& syslog_keys() {
    static const KeyTable keys{
        {.name = "addresses",
         .type = KeyType::list,
         .required = true,
         .constraint = "1..16",
         .example = "[siem1.corp:6514, siem2.corp:6514]",
         .description = "Receivers, as HOST:PORT. The first that can be reached is used until it breaks."},
        {.name = "transport",
         .type = KeyType::choice,
         .fallback = "tls",
         .constraint = "udp | tcp | tls | relp | relp_tls",
         .description =
             "relp and relp_tls lose nothing: the receiver acknowledges each message. tcp and tls are acknowledged by the "
             "receiver's kernel, udp by nobody (docs/syslog.md)."},
        {.name = "framing",
         .type = KeyType::choice,
         .fallback = "octet_counting",
         .constraint = "octet_counting | lf",
         .description =
             "Of tcp and tls: how messages are told apart. lf is for receivers that know nothing else; control characters are "
             "escaped for it."},
        event_format_key(),
        {.name = "facility",
         .type = KeyType::choice,
         .fallback = "authpriv",
         .constraint =
             "authpriv | auth | audit | user | daemon | local0 | local1 | local2 | local3 | local4 | local5 | local6 | "
             "local7",
         .description = "The facility of every message. The severity is the event's."},
        {.name = "max_message_size",
         .type = KeyType::size,
         .fallback = "8096",
         .constraint = "1KiB..64MiB",
         .description =
             "Of the whole frame. Never more than the receiver takes: what is larger, receivers split, cut, or close "
             "the connection over. rsyslog takes 8096 bytes unless told otherwise."},
        {.name = "oversize",
         .type = KeyType::choice,
         .fallback = "compact",
         .constraint = "compact | truncate | dead_letter | fail",
         .description = "What becomes of a larger event. compact: without the largest entries of its debugData, and to the "
                        "dead letters if "
                        "that is not enough. truncate: cut off. dead_letter: set aside as a whole. fail: the route waits until "
                        "somebody looks."},
        {.name = "enterprise_number",
         .type = KeyType::integer,
         .fallback = "32473",
         .constraint = "0..4294967295",
         .description = "The number in the name of the structured data, okta@32473. The default is IANA's number for examples "
                        "(RFC 5612)."},
        {.name = "replay_window",
         .type = KeyType::size,
         .fallback = "4MiB",
         .constraint = "0..1GiB",
         .description =
             "Of tcp and tls: so many of the last bytes are sent again when a connection breaks, for the receiver may not have "
             "read them. They are kept in memory, for each thread that has a connection."},
        {.name = "window",
         .type = KeyType::integer,
         .fallback = "128",
         .constraint = "1..100000",
         .description =
             "Of relp and relp_tls: so many messages may wait for their acknowledgement; a break repeats no more. Far "
             "away receivers need more of them."},
        {.name = "tls", .type = KeyType::map, .description = "Of tls and relp_tls.", .keys = &tls_keys()},
    };
    return keys;
}

std::shared_ptr<const SyslogOptions> parse_syslog_options(const ConfigNode& sink, const Environment& environment,
                                                          Problems& problems) {
    const bool good = check_keys(sink, syslog_keys(), problems);
    const Section section(&sink, syslog_keys());
    auto options = std::make_shared<SyslogOptions>();
    options->addresses = section.list("addresses");
    options->transport = section.choice<SyslogTransport>("transport", {{"udp", SyslogTransport::udp},
                                                                       {"tcp", SyslogTransport::tcp},
                                                                       {"tls", SyslogTransport::tls},
                                                                       {"relp", SyslogTransport::relp},
                                                                       {"relp_tls", SyslogTransport::relp_tls}});
    options->framing = section.choice<SyslogFraming>(
        "framing", {{"octet_counting", SyslogFraming::octet_counting}, {"lf", SyslogFraming::lf}});
    options->format = read_event_format(section);
    options->facility = read_facility(section);
    options->max_message_size = section.size("max_message_size");
    options->oversize = section.choice<Oversize>("oversize", {{"compact", Oversize::compact},
                                                              {"truncate", Oversize::truncate},
                                                              {"dead_letter", Oversize::dead_letter},
                                                              {"fail", Oversize::fail}});
    options->enterprise_number = section.integer("enterprise_number");
    options->replay_window = section.size("replay_window");
    options->window = section.integer("window");
    Problems found;
    options->tls = read_tls(section.section("tls"), environment, found);
    options->tls_place = section.section("tls").place();
    if (const ConfigNode* addresses = section.given("addresses")) check_addresses(*addresses, found);
    check_transport(*options, section, found);
    problems.add(found);
    return good && found.empty() ? options : nullptr;
}

void SyslogOptions::check_files(Problems& problems) const {
    check_certificate(tls.ca_file, "ca_file", tls_place, problems);
    check_certificate(tls.cert_file, "cert_file", tls_place, problems);
    if (tls.key_file.empty()) return;
    const auto key = read_secret(tls.key_file);
    if (!key) add_trouble(key.error(), tls_place, problems);
}

}  // namespace oktail
