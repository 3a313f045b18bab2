#include "app/query_command.hpp"

#include "app/kit.hpp"
#include "app/load.hpp"
#include "app/okta_access.hpp"
#include "app/start_time.hpp"
#include "config/values.hpp"
#include "core/log.hpp"
#include "core/time_text.hpp"
#include "format/line_format.hpp"
#include "http/https_client.hpp"
#include "okta/logs_client.hpp"
#include "okta/logs_request.hpp"

#include <algorithm>
#include <iostream>
#include <unordered_set>

namespace oktail {
namespace {

using std::chrono::seconds;

/// Okta takes some time to have all events of a moment; what it gets later belongs to no query that was made before.
constexpr seconds settled{60};
constexpr seconds patience{120};  // with trouble that passes, altogether
constexpr seconds patience_with_a_request{60};

ExitCode refused(ExitCode code, const std::string& why) {
    std::cerr << "oktail: " << why << '\n';
    return code;
}

/// One search, page by page.
class Search {
public:
    Search(const TenantConfig& tenant, const QueryOptions& options, Kit& with)
        : tenant_(tenant), options_(options), with_(with), workers_(with.readers, with.signers, with.clock),
          scope_(tenant.name), format_(options.envelope ? LineFormat::envelope(tenant.name, tenant.labels) : LineFormat::raw()),
          http_(make_https_client(https_endpoint(tenant, trusted_cas(tenant.ca_file), workers_), with.http, with.clock)),
          authorizer_(scope_, token_settings(tenant), credential_source(tenant.auth, workers_), *http_, with.clock,
                      with.happenings, with.io.get_executor()),
          logs_(scope_, tenant.domain, tenant.link_hosts, patience_with_a_request, *http_, authorizer_, with.page_slicer,
                with.clock, with.happenings, QueryKind::bounded) {}

    asio::awaitable<void> run(ExitCode& code) {
        Deadline deadline(with_, patience);
        // Relative times go by Okta's clock.
        const auto token = co_await authorizer_.authorize(Method::get, tenant_.domain.url() + "/api/v1/logs", deadline.token());
        co_await deadline.end();
        if (!token) code = failed(token.error());
        else code = co_await search();
        co_await authorizer_.join();
    }

private:
    asio::awaitable<ExitCode> search() {
        BoundedQuery query;
        if (const ExitCode bad = set_times(query); bad != ExitCode::ok) co_return bad;
        query.filter = options_.filter;
        query.words = options_.words;
        const std::size_t limit = options_.limit == 0 ? most_on_a_page : std::min(options_.limit, most_on_a_page);
        Cursor cursor = first_cursor(query, limit);
        for (seconds waited{0};;) {
            const LogsAnswer answer = co_await logs_.ask(cursor, {});
            if (answer.kind == LogsAnswer::Kind::hold && waited < patience) {
                waited += std::chrono::ceil<seconds>(answer.wait);
                co_await with_.clock.sleep_for(answer.wait, {});
                continue;
            }
            if (answer.kind != LogsAnswer::Kind::page) co_return not_answered(answer);
            if (!print(answer.page)) co_return refused(ExitCode::io_error, "standard output cannot be written");
            const bool is_last = answer.page->next() == cursor || is_enough();
            if (is_last) co_return ExitCode::ok;
            cursor = answer.page->next();
        }
    }

    ExitCode set_times(BoundedQuery& query) const {
        const UtcTime now = authorizer_.server_now();
        const auto since = parse_start(options_.since);
        const auto until = parse_start(options_.until.empty() ? "now" : options_.until);
        if (!since || !until) return refused(ExitCode::usage, "times are RFC 3339, spans back such as -24h, now, or earliest");
        query.since = start_time(*since, now);
        query.until = std::min(start_time(*until, now), now - settled);
        if (!options_.until.empty() && start_time(*until, now) > query.until)
            std::cerr << "oktail: until " << rfc3339(query.until) << ": what happened later, Okta may not have yet\n";
        if (query.since >= query.until) return refused(ExitCode::usage, "nothing lies between --since and --until");
        return ExitCode::ok;
    }

    bool is_enough() const { return options_.limit != 0 && printed_ >= options_.limit; }

    /// What came before, or is no line, is left out.
    bool print(const PagePtr& page) {
        auto left = std::make_shared<Batch::Indices>();
        for (std::uint32_t i = 0; i < page->size() && !is_enough(); ++i) {
            if (!page->slice(i).well_formed) {
                std::cerr << "oktail: an event is no JSON in UTF-8, and left out\n";
                continue;
            }
            if (!seen_.insert(page->slice(i).id).second) continue;
            left->push_back(i);
            ++printed_;
        }
        const Lines lines = format_.render(Batch(page, std::move(left)), 0);
        std::cout << lines.view() << std::flush;
        return static_cast<bool>(std::cout);
    }

    static ExitCode not_answered(const LogsAnswer& answer) {
        if (answer.kind == LogsAnswer::Kind::refused) return refused(ExitCode::usage, answer.why.what());
        return failed(answer.why);
    }

    static ExitCode failed(const Error& why) {
        const bool refused_us = why.kind() == ErrorKind::unauthorized;
        return refused(refused_us ? ExitCode::permission : ExitCode::unavailable,
                       why.kind() == ErrorKind::stopped ? "Okta gives no token; see oktail check --online" : why.what());
    }

    const TenantConfig& tenant_;
    const QueryOptions& options_;
    Kit& with_;
    SecretWorkers workers_;
    log::Scope scope_;
    LineFormat format_;
    std::unique_ptr<HttpClient> http_;
    TokenAuthorizer authorizer_;
    LogsClient logs_;
    std::unordered_set<Uuid> seen_;  ///< Okta may serve one twice
    std::size_t printed_ = 0;
};

}  // namespace

ExitCode query_log(const QueryOptions& options) {
    const LoadedConfig loaded = load(options.config);
    if (!loaded.config) return refused(ExitCode::configuration, "the configuration has errors:\n" + loaded.problems.text());
    const auto tenant = std::ranges::find(loaded.config->tenants, options.tenant, &TenantConfig::name);
    if (tenant == loaded.config->tenants.end())
        return refused(ExitCode::usage, "there is no tenant " + options.tenant + "; see oktail tenant list");
    log::setup("error", false);
    const auto with = std::make_unique<Kit>();
    ExitCode code = ExitCode::ok;
    {
        Search search(*tenant, options, *with);
        TaskGroup tasks(with->io.get_executor());
        tasks.spawn(search.run(code));
        with->io.run();
    }
    return code;
}

}  // namespace oktail
