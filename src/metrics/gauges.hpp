#pragma once

#include <oktail/core/clock.hpp>

#include "metrics/status.hpp"

#include <prometheus/metric_family.h>

#include <cstddef>
#include <string>
#include <vector>

namespace oktail {

/// What is read off when somebody asks, and so goes with what it is about.
std::vector<prometheus::MetricFamily> status_gauges(const Status& status);
/// Of this build, and of its budget for pages.
std::vector<prometheus::MetricFamily> program_gauges(const std::string& version, std::size_t memory_limit,
                                                     std::size_t memory_used);
/// Of the process, under the names that every Prometheus client uses.
std::vector<prometheus::MetricFamily> process_gauges(UtcTime started_at);
/// One that stands alone, without labels.
prometheus::MetricFamily gauge(const char* name, const char* help, double value);

}  // namespace oktail
