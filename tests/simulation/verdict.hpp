#pragma once

#include "simulation/world.hpp"

namespace oktail {

/// Every route has all that it will ever get.
bool is_all_delivered(World& world);
/// Some route lacks more than so many events.
bool is_behind(World& world, std::size_t most_missing);
/// Compares what lies at the destinations and among the dead letters with what Okta had; every difference is a wrong.
void judge(World& world);

}  // namespace oktail
