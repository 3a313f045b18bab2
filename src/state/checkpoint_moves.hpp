#pragma once

#include <oktail/state/state_store.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace oktail {

// What a person does to checkpoints while no daemon runs. Pure.

/// Up to where the route is known to have read the log: a beginning after that would skip events.
UtcTime reached(const Checkpoint& at);

/// As if the route had begun at `beginning`, the cursor of `since`: whatever follows is delivered again.
Checkpoint rewound(const Checkpoint& at, UtcTime since, Cursor beginning);

/// A tenant ("acme"), or one of its routes ("acme/archive").
class RouteName {
public:
    explicit RouteName(std::string tenant, std::string sink = {}) : tenant_(std::move(tenant)), sink_(std::move(sink)) {}

    const std::string& tenant() const noexcept { return tenant_; }
    const std::string& sink() const noexcept { return sink_; }  ///< empty: every sink
    bool is_tenant() const noexcept { return sink_.empty(); }
    std::string text() const { return is_tenant() ? tenant_ : tenant_ + '/' + sink_; }
    bool covers(const RouteId& route) const { return route.tenant() == tenant_ && (is_tenant() || route.sink() == sink_); }

private:
    std::string tenant_;
    std::string sink_;
};

/// The checkpoints of `from` under their new names. With the last route of a sink go the sink's streams, so that its files go
/// on; promised lines belong to files and stay where they are. The n-th checkpoint of the change was the n-th dropped one's.
/// Errors: rejected (nothing has the old name, or something has the new one).
Result<StateChange> renamed(const Checkpoints& all, const std::vector<StreamRow>& streams, const RouteName& from,
                            const RouteName& to);

}  // namespace oktail
