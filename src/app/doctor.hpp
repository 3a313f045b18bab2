#pragma once

#include <oktail/config/config.hpp>

#include "app/exit_code.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// One thing that was looked at.
class Finding {
public:
    enum class Verdict : std::uint8_t { good, warning, bad };

    Finding(Verdict verdict, std::string about, std::string what, std::string advice = {})
        : verdict(verdict), about(std::move(about)), what(std::move(what)), advice(std::move(advice)) {}

    Verdict verdict;
    std::string about;   ///< "name", "connection", "secret 1 of 2", "log", "clock", "headroom", "sink"
    std::string what;    ///< what was found
    std::string advice;  ///< what to do about it; empty if nothing
    /// Of what is bad: Okta refuses who we are, so that a person must act; otherwise something cannot be reached.
    bool is_refusal = false;
};

/// A tenant or a sink, and what was found about it.
class Diagnosis {
public:
    explicit Diagnosis(std::string subject) : subject(std::move(subject)) {}

    std::string subject;
    std::vector<Finding> findings;
};

class Diagnoses {
public:
    std::vector<Diagnosis> tenants;
    std::vector<Diagnosis> sinks;

    /// The worst of it: ok, unavailable, permission.
    ExitCode exit_code() const;
};

/// Tries everything that the daemon would need, from here and as whoever runs it: each tenant's name, connection, credentials,
/// scope, role, clock and rate limit, and each sink. Asks each org for a token for each credential, and for one page of its
/// log. All at once; takes some 30 s where somebody is silent. `only`: the name of one tenant, and its sinks; empty: all.
Diagnoses examine(const Config& config, const std::string& only);

}  // namespace oktail
