#include "app/doctor.hpp"

#include "app/kit.hpp"
#include "app/okta_access.hpp"
#include "core/time_text.hpp"
#include "http/https_client.hpp"
#include "okta/logs_client.hpp"
#include "okta/logs_request.hpp"

#include <oktail/sink/sink_factory.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Finding::Verdict;

constexpr seconds patience{25};  // with one tenant's token, or its log
constexpr double worth_a_word = 30;

/// Behind the last "; " of an error's text stands what to do.
Finding bad(std::string about, const std::string& text, const std::string& otherwise = {}) {
    const auto advice = text.rfind("; ");
    if (advice == std::string::npos) return Finding(Verdict::bad, std::move(about), text, otherwise);
    return Finding(Verdict::bad, std::move(about), text.substr(0, advice), text.substr(advice + 2));
}

class TenantExamination {
public:
    TenantExamination(const TenantConfig& tenant, Kit& with, Diagnosis& diagnosis)
        : tenant_(tenant), with_(with), workers_(with.readers, with.signers, with.clock), scope_(tenant.name),
          findings_(diagnosis.findings) {}

    asio::awaitable<void> run() {
        with_.happenings.route_added(log::Scope(tenant_.name, "check"), StallRule());
        const bool is_named = co_await name();
        if (!is_named) co_return;
        http_ = make_https_client(https_endpoint(tenant_, trusted_cas(tenant_.ca_file), workers_), with_.http, with_.clock);
        const bool is_connected = co_await connection();
        if (is_connected) co_await credentials();
        http_.reset();
    }

private:
    /// Of the proxy, if there is one: it finds the org for us.
    asio::awaitable<bool> name() {
        const std::string& detour = tenant_.proxy.empty() ? tenant_.connect_to : tenant_.proxy;
        const auto place = parse_host_port(detour);
        const std::string host = place ? place->host : tenant_.domain.host();
        const auto addresses = co_await with_.http.resolver.resolve(host, {});
        if (!addresses) {
            findings_.push_back(Finding(Verdict::bad, "name", addresses.error().what(),
                                        "look at the name, at /etc/resolv.conf, and whether the network is there"));
            co_return false;
        }
        std::string text;
        for (const auto& address : *addresses) text += (text.empty() ? "" : ", ") + address.to_string();
        findings_.emplace_back(Verdict::good, "name", host + " is " + text);
        co_return true;
    }

    /// No credential goes with this: what answers is looked at first.
    asio::awaitable<bool> connection() {
        HttpRequest request(Method::get, "/.well-known/oauth-authorization-server");
        request.timeout = patience;
        request.max_body = 1024UL * 1024;
        const auto answer = co_await http_->send(std::move(request), {});
        if (!answer) {
            findings_.emplace_back(Verdict::bad, "connection", answer.error().what(),
                                   "look at the network and its firewalls, at `proxy` and `connect_to`; for certificates at "
                                   "`ca_file` and our clock");
            co_return false;
        }
        findings_.emplace_back(Verdict::good, "connection", tenant_.domain.authority() + " answers over TLS");
        co_return true;
    }

    /// Each by itself: one that is refused is no trouble yet, and will be some day.
    asio::awaitable<void> credentials() {
        const std::size_t count = std::max(tenant_.auth.client_secret_files.size(), tenant_.auth.private_keys.size());
        std::optional<std::size_t> working;
        const std::size_t first = findings_.size();
        for (std::size_t i = 0; i < count; ++i) {
            const bool works = co_await credential(i, count, !working);
            if (works && !working) working = i;
        }
        for (std::size_t i = first; i < findings_.size(); ++i)
            if (working && findings_[i].verdict == Verdict::bad && findings_[i].about != "log")
                findings_[i].verdict = Verdict::warning;
    }

    asio::awaitable<bool> credential(std::size_t place, std::size_t count, bool is_first) {
        const std::string about = (tenant_.auth.method == AuthMethod::private_key ? "key " : "secret ") +
                                  std::to_string(place + 1) + " of " + std::to_string(count);
        TokenAuthorizer authorizer(scope_, token_settings(tenant_), credential_source(only(place), workers_), *http_,
                                   with_.clock, with_.happenings, with_.io.get_executor());
        Deadline deadline(with_, patience);
        const auto headers =
            co_await authorizer.authorize(Method::get, tenant_.domain.url() + "/api/v1/logs", deadline.token());
        const bool works = headers.has_value();
        if (works) {
            const bool is_bound = headers->authorization.reveal().starts_with("DPoP");
            findings_.emplace_back(Verdict::good, about,
                                   is_bound ? "Okta gives a token for okta.logs.read, bound to a key (DPoP)"
                                            : "Okta gives a token for okta.logs.read");
        } else {
            findings_.push_back(token_trouble(about, headers.error()));
        }
        if (works && is_first) co_await read_log(authorizer);
        if (works && is_first) clock(authorizer);
        co_await deadline.end();
        co_await authorizer.join();
        co_return works;
    }

    AuthConfig only(std::size_t place) const {
        AuthConfig auth = tenant_.auth;
        if (!auth.client_secret_files.empty()) auth.client_secret_files = {auth.client_secret_files[place]};
        if (!auth.private_keys.empty()) auth.private_keys = {auth.private_keys[place]};
        return auth;
    }

    Finding token_trouble(const std::string& about, const Error& error) const {
        if (error.kind() == ErrorKind::unauthorized) {
            Finding finding = bad(about, error.what());
            finding.is_refusal = true;
            return finding;
        }
        // It went on trying until the deadline: why, only the status knows.
        std::string why = "Okta gives no token within " + std::to_string(patience.count()) + " s";
        for (const TenantStatus& status : with_.happenings.status().tenants)
            if (status.name == tenant_.name && !status.trouble.what.empty()) why += " (" + status.trouble.what + ")";
        return Finding(Verdict::bad, about, why, "try again later, or ask Okta's status page");
    }

    asio::awaitable<void> read_log(TokenAuthorizer& authorizer) {
        LogsClient logs(scope_, tenant_.domain, tenant_.link_hosts, patience, *http_, authorizer, with_.page_slicer,
                        with_.clock, with_.happenings);
        const Query query(tenant_.domain.url(), tenant_.filter);
        Deadline deadline(with_, patience);
        const auto answer =
            co_await logs.ask(first_cursor(authorizer.server_now() - std::chrono::hours(1), query, 1), deadline.token());
        switch (answer.kind) {
            case LogsAnswer::Kind::page:
                findings_.emplace_back(Verdict::good, "log",
                                       answer.page->size() == 0 ? "readable; nothing happened in the last hour" : "readable");
                break;
            case LogsAnswer::Kind::refused:
                findings_.emplace_back(Verdict::bad, "log", answer.why.what(), "look at `filter`");
                break;
            default:
                findings_.push_back(bad("log", answer.why.what(), "try again later"));
                findings_.back().is_refusal = answer.why.kind() == ErrorKind::unauthorized;
        }
        co_await deadline.end();
        headroom(logs.seen_rate_limit());
    }

    void headroom(const RateLimit& seen) {
        if (!seen.limit || !seen.remaining) return;
        const std::string what =
            std::to_string(*seen.remaining) + " of " + std::to_string(*seen.limit) + " requests a minute are left";
        if (*seen.remaining * 5 >= *seen.limit) findings_.emplace_back(Verdict::good, "headroom", what);
        else
            findings_.emplace_back(Verdict::warning, "headroom", what,
                                   "another client of this app or org uses them up; see the rate limit dashboard");
    }

    void clock(const TokenAuthorizer& authorizer) {
        // Date names whole seconds: on average half of one has passed.
        const double ahead = -std::chrono::duration<double>(authorizer.server_offset() + milliseconds(500)).count();
        const std::string by = std::to_string(std::llround(std::abs(ahead))) + " s " + (ahead > 0 ? "ahead of" : "behind");
        if (std::abs(ahead) <= worth_a_word)
            findings_.emplace_back(Verdict::good, "clock", "right, within " + by.substr(0, by.find(' ')) + " s");
        else
            findings_.emplace_back(Verdict::warning, "clock", "ours is " + by + " Okta's",
                                   "set it: timedatectl set-ntp true. oktail allows for it, others may not");
    }

    const TenantConfig& tenant_;
    Kit& with_;
    SecretWorkers workers_;
    log::Scope scope_;
    std::vector<Finding>& findings_;
    std::unique_ptr<HttpClient> http_;
};

asio::awaitable<void> examine_tenant(const TenantConfig& tenant, Kit& with, Diagnosis& diagnosis) {
    TenantExamination examination(tenant, with, diagnosis);
    co_await examination.run();
}

/// Of one tenant, or of all.
bool is_used(const SinkConfig& sink, const Config& config, const std::string& only) {
    return only.empty() || std::ranges::any_of(config.tenants, [&](const TenantConfig& tenant) {
               const auto is_it = [&](const RouteConfig& route) { return route.sink == sink.name; };
               return tenant.name == only && std::ranges::any_of(tenant.sinks, is_it);
           });
}

Diagnosis examine_sink(const SinkConfig& sink) {
    Diagnosis diagnosis(sink.name + " (" + sink.type + ")");
    const auto& all = all_sinks();
    const auto factory = std::ranges::find(all, sink.type, &SinkFactory::type);
    const auto probed = (*factory)->probe(*sink.options);
    if (probed) {
        diagnosis.findings.emplace_back(Verdict::good, "sink", *probed);
    } else {
        diagnosis.findings.push_back(bad("sink", probed.error().what()));
    }
    return diagnosis;
}

}  // namespace

ExitCode Diagnoses::exit_code() const {
    ExitCode code = ExitCode::ok;
    for (const auto* all : {&tenants, &sinks})
        for (const Diagnosis& diagnosis : *all)
            for (const Finding& finding : diagnosis.findings) {
                if (finding.verdict != Verdict::bad) continue;
                if (finding.is_refusal) return ExitCode::permission;
                code = ExitCode::unavailable;
            }
    return code;
}

Diagnoses examine(const Config& config, const std::string& only) {
    Diagnoses all;
    const auto with = std::make_unique<Kit>();
    for (const TenantConfig& tenant : config.tenants)
        if (only.empty() || tenant.name == only) all.tenants.emplace_back(tenant.name + " (" + tenant.domain.authority() + ")");
    {
        TaskGroup tasks(with->io.get_executor());
        auto diagnosis = all.tenants.begin();
        for (const TenantConfig& tenant : config.tenants)
            if (only.empty() || tenant.name == only) tasks.spawn(examine_tenant(tenant, *with, *diagnosis++));
        with->io.run();
    }
    for (const SinkConfig& sink : config.sinks)
        if (is_used(sink, config, only)) all.sinks.push_back(examine_sink(sink));
    return all;
}

}  // namespace oktail
