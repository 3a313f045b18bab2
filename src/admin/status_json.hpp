#pragma once

#include <oktail/core/clock.hpp>

#include "metrics/status.hpp"

#include <string>

namespace oktail {

/// What is true of the daemon as long as it lives.
class DaemonFacts {
public:
    DaemonFacts() = default;
    DaemonFacts(std::string version, std::string instance, UtcTime started_at)
        : version(std::move(version)), instance(std::move(instance)), started_at(started_at) {}

    std::string version;
    std::string instance;
    UtcTime started_at{};
};

/// docs/status.md says what each name means. Names are added and never change; what is not known is null.
std::string status_json(const DaemonFacts& daemon, const Status& status, UtcTime now);

}  // namespace oktail
