#pragma once

#include "simulation/life.hpp"
#include "simulation/world.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// Who lives in a world, one life after the other.
class Lives {
public:
    explicit Lives(World& world) : world(world) { life.emplace(world); }
    Lives(const Lives&) = delete;
    Lives& operator=(const Lives&) = delete;
    ~Lives() {
        if (life) life->stop();
    }

    World& world;
    std::optional<Life> life;
};

/// What happens to a world, and when: events in its orgs, and trouble of every kind.
class Calamity {
public:
    Calamity(SteadyTime at, std::function<void(Lives&)> act) : at(at), act(std::move(act)) {}

    SteadyTime at;
    std::function<void(Lives&)> act;
};

/// Drawn from the world's chance, in the order of their times; the last one ends what others began.
std::vector<Calamity> draw_calamities(World& world, std::chrono::minutes span);
/// The names under which the world counts them all.
std::vector<std::string> kinds_of_calamities();

}  // namespace oktail
