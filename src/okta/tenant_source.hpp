#pragma once

#include <oktail/core/byte_budget.hpp>
#include <oktail/okta/page_source.hpp>

#include "core/backoff.hpp"
#include "core/event_flag.hpp"
#include "core/nap.hpp"
#include "core/task_group.hpp"
#include "okta/log_ends.hpp"
#include "okta/logs_client.hpp"
#include "okta/pace.hpp"
#include "okta/page_cache.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace oktail {

/// The pages of one tenant for all of its routes: one request at a time, and one for all routes that ask for the same place.
class TenantSource : public PageSource {
public:
    class Settings {
    public:
        std::chrono::milliseconds min_interval{1'000};
        std::chrono::milliseconds max_interval{30'000};
        double rate_limit_share = 0.5;
        std::size_t routes = 1;
    };

    /// What is referred to outlives it.
    TenantSource(Settings settings, Query query, LogsClient& logs, Authorizer& authorizer, ByteBudget& memory, Clock& clock,
                 asio::any_io_executor executor);
    ~TenantSource() override;

    /// Begins to serve; ends soon after `stop` is requested.
    void start(std::stop_token stop);
    asio::awaitable<void> join() { return tasks_.join(); }
    /// Hard stop.
    void cancel() { tasks_.cancel(); }

    asio::awaitable<Result<PagePtr>> fetch(Cursor from, std::stop_token stop) override;
    Cursor begin(UtcTime since, const Query& query) const override;
    asio::awaitable<Result<UtcTime>> okta_now(std::stop_token stop) override;
    Cursor head() const override;
    /// How many routes there are now.
    void set_routes(std::size_t routes) { settings_.routes = routes; }
    /// Whom Okta did not let in may be let in now.
    void credentials_changed();

private:
    /// A place that somebody waits for, or that is read ahead.
    struct Demand {
        explicit Demand(Cursor from, SteadyTime asked_at) : from(std::move(from)), asked_at(asked_at) {}
        Cursor from;
        SteadyTime asked_at;
        std::size_t waiters = 0;
        int heavy_answers = 0;  ///< in a row
        bool ahead = false;     ///< nobody waits yet, but somebody will
        EventFlag answered;
        std::optional<Result<PagePtr>> answer;
    };
    using DemandPtr = std::shared_ptr<Demand>;
    /// Whom Okta does not let in asks no more until then: each of the routes would ask again for itself.
    struct Refusal {
        Error why;
        SteadyTime until;
    };

    asio::awaitable<void> serve(std::stop_token stop);
    asio::awaitable<void> serve_one(DemandPtr demand, std::stop_token stop);
    asio::awaitable<void> find_out_what_is_refused(DemandPtr demand, Error why, std::stop_token stop);

    DemandPtr demand_for(const Cursor& from);
    std::pair<DemandPtr, SteadyTime> next_demand() const;
    void page_came(const DemandPtr& demand, std::shared_ptr<Page> page);
    void page_is_too_heavy(const DemandPtr& demand, const Error& why);
    bool is_full(const Cursor& from, Page& page);
    void read_ahead(const Cursor& next);
    void lose_cursor(const DemandPtr& demand, std::string why);
    void answer(const DemandPtr& demand, Result<PagePtr> with);
    void answer_all(const Error& why);
    void refuse_all(const Error& why);
    void wake();

    Settings settings_;
    std::size_t limit_;  ///< events a page, of new queries
    Query query_;
    LogsClient& logs_;
    Authorizer& authorizer_;
    ByteBudget& memory_;
    Clock& clock_;
    Pace pace_;
    PageCache cache_;
    LogEnds ends_;
    std::optional<Refusal> refusal_;
    Backoff refusal_backoff_;
    std::list<DemandPtr> demands_;
    EventFlag demanded_;
    Nap nap_;
    ByteBudget::Reclaimer reclaimer_;
    TaskGroup tasks_;
};

}  // namespace oktail
