#pragma once

#include <oktail/config/config.hpp>

#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// What has to end and to begin so that `wanted` runs instead of `running`; all else goes on undisturbed. Only what somebody
/// changed is named: a tenant whose routes alone differ goes on with its token and its source.
class ConfigDifference {
public:
    /// A tenant's name and a sink's.
    using RouteName = std::pair<std::string, std::string>;

    std::vector<std::string> tenants_ended;  ///< removed, or to begin again otherwise
    std::vector<std::string> tenants_begun;
    std::vector<RouteName> routes_ended;  ///< of tenants that go on
    std::vector<RouteName> routes_begun;
    std::vector<std::string> sinks_ended;
    std::vector<std::string> sinks_begun;
    /// Sinks that seem to have another name now, old and new: their routes begin anew.
    std::vector<RouteName> sinks_renamed;
    /// Keys whose change only a start brings.
    std::vector<std::string> needs_restart;

    bool is_nothing() const;
};

/// In a line, for logs and for whoever asked for a reload.
std::string summary(const ConfigDifference& what);

ConfigDifference difference(const Config& running, const Config& wanted);

}  // namespace oktail
