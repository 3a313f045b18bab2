#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// Takes a time series out of its family.
template <class Metric>
class Removal {
public:
    explicit Removal(prometheus::Family<Metric>& family) : family_(&family) {}
    void operator()(Metric* metric) const { family_->Remove(metric); }

private:
    prometheus::Family<Metric>* family_;
};

/// A time series that is there, at zero too, as long as this is. It belongs to one owner: equal labels are the same series.
template <class Metric>
using Series = std::unique_ptr<Metric, Removal<Metric>>;

template <class Metric, class... Arguments>
Series<Metric> series(prometheus::Family<Metric>& family, const prometheus::Labels& labels, const Arguments&... arguments) {
    return Series<Metric>(&family.Add(labels, arguments...), Removal<Metric>(family));
}

/// Counters that one label tells apart. The expected ones are there from the start, so that rate() sees the first step.
class CounterPerWord {
public:
    CounterPerWord(prometheus::Family<prometheus::Counter>& family, prometheus::Labels labels, std::string label,
                   const std::vector<std::string_view>& expected)
        : family_(&family), labels_(std::move(labels)), label_(std::move(label)) {
        for (const std::string_view word : expected) of(word);
    }

    prometheus::Counter& of(std::string_view word) {
        const auto found = counters_.find(word);
        if (found != counters_.end()) return *found->second;
        prometheus::Labels labels = labels_;
        labels.emplace(label_, word);
        return *counters_.emplace(word, series(*family_, labels)).first->second;
    }

private:
    prometheus::Family<prometheus::Counter>* family_;
    prometheus::Labels labels_;
    std::string label_;
    std::map<std::string, Series<prometheus::Counter>, std::less<>> counters_;
};

}  // namespace oktail
