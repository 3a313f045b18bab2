#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/cursor.hpp>
#include <oktail/model/event.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace oktail {

/// One tenant into one sink. Names state, so neither name ever changes.
class RouteId {
public:
    RouteId() = default;
    RouteId(std::string tenant, std::string sink) : tenant_(std::move(tenant)), sink_(std::move(sink)) {}

    const std::string& tenant() const noexcept { return tenant_; }
    const std::string& sink() const noexcept { return sink_; }
    auto operator<=>(const RouteId&) const = default;

private:
    std::string tenant_;
    std::string sink_;
};

/// Everything a route needs to go on after a crash.
class Checkpoint {
public:
    Checkpoint() = default;

    std::uint64_t seq = 0;       ///< grows with every save
    Query query;                 ///< origin and filter that `next` belongs to
    Cursor next;                 ///< first page not yet delivered whole
    std::vector<Uuid> partial;   ///< events behind `next` that are safe already: of that page, as it was
    std::vector<Uuid> tail;      ///< the last 1,000 events done with, whatever became of them, oldest first: to drop repeats
    UtcTime newest_published{};  ///< where to begin again should Okta refuse `next`
    UtcTime caught_up_at{};      ///< last time Okta had nothing newer than `next`

    bool operator==(const Checkpoint&) const = default;
};

}  // namespace oktail
