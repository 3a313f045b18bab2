#pragma once

#include "core/log.hpp"
#include "metrics/by_name.hpp"
#include "metrics/series.hpp"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace oktail {

/// Whatever is counted and timed, by what it belongs to: the series of a route, a tenant or a sink come and go with it. A page
/// costs a look-up by name under a lock, no label is copied. Any thread.
class Instruments {
public:
    using Counter = prometheus::Counter;
    using Histogram = prometheus::Histogram;

    class OfTenant {
    public:
        OfTenant(Instruments& all, const std::string& tenant);

        Series<Counter> pages;
        Series<Counter> duplicates;
        Series<Counter> gaps;
        CounterPerWord requests;
        CounterPerWord waits;
        CounterPerWord grants;
        CounterPerWord own_grants;
    };
    class OfSink {
    public:
        OfSink(Instruments& all, const std::string& sink);

        CounterPerWord errors;
        Series<Histogram> latency;
    };
    class OfRoute {
    public:
        OfRoute(Instruments& all, const log::Scope& route, std::shared_ptr<OfSink> sink);

        Series<Counter> events;
        Series<Counter> event_bytes;
        Series<Counter> taken;
        Series<Counter> filtered;
        Series<Counter> let_go;
        Series<Counter> dead_letters;
        Series<Counter> stalls;
        std::shared_ptr<OfSink> sink;  ///< shared by its routes, and gone with the last
    };

    Instruments();

    void route_added(const log::Scope& route);
    void route_removed(const log::Scope& route);
    void tenant_removed(const log::Scope& tenant);

    /// `use` gets those of the tenant, or of the route, if it is there.
    template <class Use>
    void tenant(const log::Scope& scope, Use use) {
        const std::lock_guard lock(mutex_);
        const auto found = tenants_.find(scope.tenant);
        if (found != tenants_.end()) use(found->second);
    }
    template <class Use>
    void route(const log::Scope& scope, Use use) {
        const std::lock_guard lock(mutex_);
        const auto found = routes_.find(scope);
        if (found != routes_.end()) use(found->second);
    }
    Histogram& request_duration() noexcept { return *request_duration_; }
    Counter& checkpoint_saves() noexcept { return *checkpoint_saves_; }

    std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

private:
    using Counters = prometheus::Family<Counter>;
    using Histograms = prometheus::Family<Histogram>;

    Counters& counters(const char* name, const char* help);
    Histograms& histograms(const char* name, const char* help);
    std::shared_ptr<OfSink> sink(const std::string& name);

    prometheus::Registry registry_;
    Counters& events_;
    Counters& event_bytes_;
    Counters& taken_;
    Counters& filtered_;
    Counters& let_go_;
    Counters& dead_letters_;
    Counters& stalls_;
    Counters& sink_errors_;
    Histograms& latency_;
    Counters& pages_;
    Counters& duplicates_;
    Counters& gaps_;
    Counters& requests_;
    Counters& waits_;
    Counters& grants_;
    Counters& own_grants_;
    Series<Counter> checkpoint_saves_;
    Series<Histogram> request_duration_;

    std::mutex mutex_;
    std::map<std::string, OfTenant> tenants_;
    std::map<std::string, std::weak_ptr<OfSink>> sinks_;
    std::map<log::Scope, OfRoute, ByName> routes_;
};

}  // namespace oktail
