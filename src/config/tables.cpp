#include "config/tables.hpp"

#include <algorithm>

namespace oktail {
namespace {

using enum KeyType;

const KeyTable& log_keys() {
    static const KeyTable keys{
        {.name = "level",
         .type = choice,
         .fallback = "info",
         .constraint = "trace | debug | info | warn | error",
         .description = "The least important lines that are written."},
        {.name = "format",
         .type = choice,
         .fallback = "auto",
         .constraint = "auto | text | json",
         .description = "How lines are written; auto is text on a terminal and JSON otherwise."},
    };
    return keys;
}

const KeyTable& admin_keys() {
    static const KeyTable keys{
        {.name = "listen",
         .type = listen,
         .fallback = "127.0.0.1:9464",
         .description = "Where /metrics, /status, /livez and /readyz are served. Whoever reaches it can read them, without a "
                        "password: tenants' names and what goes wrong, never an event or a secret."},
    };
    return keys;
}

const KeyTable& limits_keys() {
    static const KeyTable keys{
        {.name = "memory",
         .type = size,
         .fallback = "256MiB",
         .constraint = "16MiB..1024GiB",
         .description = "Memory for pages of the log, in flight and cached, of the whole process."},
        {.name = "threads",
         .type = integer,
         .fallback = "0",
         .constraint = "0..256",
         .description = "Threads that tenants are spread over; 0 is one per core."},
    };
    return keys;
}

const KeyTable& auth_keys() {
    static const KeyTable keys{
        {.name = "method",
         .type = choice,
         .required = true,
         .constraint = "client_secret | private_key",
         .example = "client_secret",
         .description =
             "How oktail proves to Okta who it is. client_secret: an API service integration of the Okta Integration "
             "Network. private_key: a custom API Services app."},
        {.name = "client_id",
         .required = true,
         .example = "0oa1example",
         .description = "The client ID that Okta shows for the integration."},
        {.name = "client_secret_files",
         .type = list,
         .constraint = "1..2",
         .example = "[acme.secret]",
         .description =
             "Of the method client_secret: files that hold the secret; the second is tried when the first is refused. A bare "
             "name is "
             "looked up in $CREDENTIALS_DIRECTORY (there also as ID_NAME, as systemd calls the files of a folder), then "
             "beside the file that it stands in. Files are read again when they change."},
        {.name = "private_keys",
         .type = maps,
         .example = "[{file: globex.pem, key_id: k-2026}]",
         .description =
             "Of the method private_key: keys to sign with; the next one is tried when one is refused. Files are read "
             "again when they change.",
         .keys = &private_key_keys()},
        {.name = "dpop",
         .type = choice,
         .fallback = "auto",
         .constraint = "auto | always | never",
         .description =
             "Whether access tokens are bound to a key of oktail's own, so that a stolen one is of no use (RFC 9449). "
             "auto: as the org demands."},
        {.name = "revoke_at_end",
         .type = choice,
         .fallback = "false",
         .constraint = "false | true",
         .description = "Whether the access token is revoked when the tenant stops; a token ends by itself within the hour."},
    };
    return keys;
}

const KeyTable& poll_keys() {
    static const KeyTable keys{
        {.name = "min_interval",
         .type = duration,
         .fallback = "1s",
         .constraint = "100ms..1h",
         .description = "Pause between two requests at the head of the log while events come."},
        {.name = "max_interval",
         .type = duration,
         .fallback = "30s",
         .constraint = "100ms..1h",
         .description = "What the pause grows to while nothing comes."},
    };
    return keys;
}

const KeyTable& events_keys() {
    static const KeyTable keys{
        {.name = "include",
         .type = list,
         .example = R"(["user.session.*"])",
         .description = "Patterns of eventType that are delivered; without any, all are. * stands for any text."},
        {.name = "exclude",
         .type = list,
         .example = R"(["*.internal"])",
         .description = "Patterns of eventType that are left out, even if they are included."},
    };
    return keys;
}

/// What belongs to one tenant alone is no default, and what is missing may still stand there.
KeyTable without_identity(const KeyTable& keys) {
    KeyTable out;
    for (Key key : keys) {
        if (key.name == "name" || key.name == "domain") continue;
        key.required = false;
        out.push_back(key);
    }
    return out;
}

const KeyTable& defaults_keys() {
    static const KeyTable keys = [] {
        static const KeyTable auth = without_identity(auth_keys());
        KeyTable out = without_identity(tenant_keys());
        std::ranges::find(out, std::string_view("auth"), &Key::name)->keys = &auth;
        return out;
    }();
    return keys;
}

Key tenants_key(const KeyTable* keys) {
    return {.name = "tenants",
            .type = maps,
            .description = "The customers: one entry for each Okta org. Each may have a file of its own.",
            .keys = keys};
}

Key sinks_key() {
    return {.name = "sinks",
            .type = sinks,
            .description = "Where events go: a map of names to sinks. `type` says what else a sink holds."};
}

}  // namespace

const KeyTable& private_key_keys() {
    static const KeyTable keys{
        {.name = "file",
         .required = true,
         .example = "globex.pem",
         .description =
             "The private key: PEM (PKCS#1, PKCS#8, also encrypted) or JWK; RSA of 2048 bits or more, or P-256. A bare "
             "name is looked up as that of a secret."},
        {.name = "key_id",
         .example = "k-2026",
         .description =
             "The `kid` under which Okta knows its public half. Okta needs it as soon as the app has several keys; a "
             "JWK that has a kid needs no other."},
        {.name = "passphrase_file",
         .example = "globex.pass",
         .description = "The file with the passphrase of an encrypted key."},
    };
    return keys;
}

const KeyTable& route_keys() {
    static const KeyTable keys{
        {.name = "name", .type = name, .required = true, .example = "archive", .description = "The name of a sink."},
        {.name = "start",
         .type = start,
         .example = "-7d",
         .description = "Where this route begins when it is new, instead of where the tenant's routes do."},
        {.name = "events",
         .type = map,
         .description = "Which events this route delivers. It is decided here and costs no requests.",
         .keys = &events_keys()},
    };
    return keys;
}

const KeyTable& tenant_keys() {
    static const KeyTable keys{
        {.name = "name",
         .type = name,
         .required = true,
         .example = "acme",
         .description = "What the tenant is called in state, labels and paths. Never change it: a new name is a new tenant."},
        {.name = "domain",
         .required = true,
         .example = "acme.okta.com",
         .description = "The org's Okta domain, or its custom one. Credentials go there and nowhere else."},
        {.name = "link_hosts",
         .type = list,
         .example = "[id.acme.com]",
         .description = "Other hosts that Okta may name in its links, for orgs with a custom domain."},
        {.name = "auth",
         .type = map,
         .required = true,
         .example = "{method: client_secret, ...}",
         .description = "Who oktail is to this org.",
         .keys = &auth_keys()},
        {.name = "sinks",
         .type = routes,
         .required = true,
         .example = "[archive]",
         .description = "Where the tenant's events go: names of sinks, or maps that say more about the route.",
         .keys = &route_keys()},
        {.name = "labels",
         .type = labels,
         .example = "{customer: Acme}",
         .description = "Texts about the tenant, for envelopes and for {label.NAME} in paths."},
        {.name = "filter",
         .example = R"('severity eq "WARN"')",
         .description = "An Okta filter expression. Okta evaluates it; without one, all events are read."},
        {.name = "start",
         .type = start,
         .fallback = "now",
         .description = "Where a new route begins: now, earliest (Okta keeps 90 days), a span back such as -24h, or a time in "
                        "RFC 3339."},
        {.name = "poll", .type = map, .description = "How often Okta is asked.", .keys = &poll_keys()},
        {.name = "rate_limit_share",
         .type = fraction,
         .fallback = "0.5",
         .constraint = "0.01..1",
         .description = "How much of the org's rate limit oktail may use."},
        {.name = "request_timeout",
         .type = duration,
         .fallback = "60s",
         .constraint = "1s..10m",
         .description = "How long one request may take. Okta itself gives up after 30 s."},
        {.name = "stall_after",
         .type = duration,
         .fallback = "5m",
         .constraint = "10s..7d",
         .description = "After how long without progress a route is reported as stalled."},
        {.name = "max_event",
         .type = size,
         .fallback = "1MiB",
         .constraint = "64KiB..64MiB",
         .description = "An event larger than this goes to the dead letters."},
        {.name = "connect_to",
         .example = "127.0.0.1:8443",
         .description =
             "Where TCP connects to instead of the domain; TLS and Host keep the domain. For private links and tests."},
        {.name = "ca_file",
         .type = path,
         .example = "/etc/oktail/ca.pem",
         .description = "Certificates (PEM) to trust instead of the system's."},
        {.name = "proxy",
         .fallback = "off",
         .example = "http://proxy.corp:3128",
         .description =
             "An HTTP proxy to reach Okta through (CONNECT): http://HOST:PORT, or from_env for https_proxy and "
             "no_proxy of the environment, which count for nothing otherwise. The proxy resolves the domain, and sees "
             "nothing but TLS."},
        {.name = "proxy_auth_file",
         .example = "proxy.auth",
         .description =
             "A file that holds user:password for the proxy; looked up as client_secret_files are, and read again for "
             "each connection."},
    };
    return keys;
}

const KeyTable& root_keys() {
    static const KeyTable keys{
        {.name = "state_dir",
         .type = path,
         .fallback = "/var/lib/oktail",
         .description =
             "Where checkpoints, redo rows and dead letters are kept. The default is $STATE_DIRECTORY if that is set."},
        {.name = "instance",
         .type = name,
         .example = "siem-1",
         .description = "What this oktail is called where several write; without it, the machine id."},
        {.name = "log", .type = map, .description = "oktail's own log, on stderr.", .keys = &log_keys()},
        {.name = "admin", .type = map, .description = "What oktail shows of itself over HTTP.", .keys = &admin_keys()},
        {.name = "limits", .type = map, .description = "What the process may use.", .keys = &limits_keys()},
        {.name = "include",
         .type = list,
         .example = "[tenants.d/*.yaml]",
         .description = "Other files, as patterns that count from this file's directory. They hold tenants and sinks only; a "
                        "pattern may match nothing."},
        {.name = "defaults",
         .type = map,
         .description = "Keys that every tenant has unless it says otherwise. Maps are merged, lists are replaced.",
         .keys = &defaults_keys()},
        tenants_key(&tenant_keys()),
        sinks_key(),
    };
    return keys;
}

const KeyTable& included_keys() {
    static const KeyTable keys{tenants_key(nullptr), sinks_key()};
    return keys;
}

}  // namespace oktail
