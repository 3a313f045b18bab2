#pragma once

#include <oktail/core/byte_budget.hpp>
#include <oktail/model/checkpoint.hpp>

#include "core/task_group.hpp"
#include "okta/page_slicer.hpp"
#include "route/event_filter.hpp"
#include "simulation/simulated_clock.hpp"
#include "simulator/fake_okta.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// One route of the simulated configuration.
class SimulatedRoute {
public:
    RouteId id;
    bool exactly_once = false;
    EventFilter filter;
};

/// An event that Okta has, and what should become of it.
class TrueEvent {
public:
    std::string json;
    std::string type;
    bool oversized = false;
    bool poison = false;  ///< at-least-once sinks refuse it
};

/// What lies at a route's destination, a line for each event.
using Lines = std::vector<std::string>;

/// All that outlives a process: Okta, the network, disks and destinations, time, and chance. The same seed makes the same
/// world; what happens in it is noted in the trace.
class World {
public:
    explicit World(std::uint64_t seed);

    /// Everything happens that is to happen until then.
    void run_until(SteadyTime end);
    /// Until the group is empty, or `patience` is over.
    void run_out(const TaskGroup& tasks, std::chrono::milliseconds patience);
    /// Whether trouble `what` strikes there now; then it is counted. Chance decides, as often as calamity() said.
    bool strikes(const std::string& where, const std::string& what);
    /// From now on, with this probability; 0 ends it.
    void calamity(const std::string& where, const std::string& what, double probability);
    /// Whether that trouble is possible now.
    bool is_on(const std::string& where, const std::string& what) const;
    /// A strike that needed no chance.
    void count(const std::string& what);
    void note(std::string_view what, std::string_view about, std::uint64_t number = 0);
    /// Something that must never happen.
    void wrong(const std::string& what) { wrongs.push_back(what); }

    /// Okta persists one more event, published so long ago.
    void happens(const std::string& host, std::chrono::milliseconds ago, bool oversized = false, bool poison = false);
    const std::vector<TrueEvent>& truth(const std::string& host) { return truth_[host]; }
    simulator::Org& org(const std::string& host) { return *okta.find(host); }
    /// Installed or not.
    simulator::Client& client(const std::string& host) { return *clients_.at(host); }
    std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most);

    const std::uint64_t seed;
    asio::io_context io{1};
    SimulatedClock clock;
    simulator::Random random;
    simulator::FakeOkta okta;
    std::vector<std::string> hosts;
    std::map<std::string, std::vector<std::string>> secrets;  ///< what the configuration says, by host
    std::vector<SimulatedRoute> routes;
    std::map<RouteId, Lines> delivered;
    std::map<RouteId, Checkpoint> checkpoints;
    TempDir dir;  ///< dead letters
    ByteBudget memory{24U * 1024 * 1024};
    ByteBudget::Reservation taken;  ///< of it, by somebody else
    PageSlicer page_slicer;
    bool has_forgotten_cursors = false;  ///< which the simulator takes for made up ones
    int hard_ends = 0;                   ///< of a life, or a route: what was delivered last may not be known to the next one
    std::map<std::string, std::uint64_t> struck;  ///< by the name of the trouble
    std::uint64_t trace = 0xcbf29ce484222325U;
    std::vector<std::string> wrongs;
    bool is_told = false;  ///< print the trace

private:
    /// What can move moves.
    void move();
    static simulator::Options options(std::uint64_t seed);

    std::map<std::pair<std::string, std::string>, double> calamities_;
    std::map<std::string, std::vector<TrueEvent>> truth_;
    std::map<std::string, simulator::Client*> clients_;
    std::uint64_t events_ = 0;
};

inline constexpr std::size_t simulated_max_event = 2'000;

}  // namespace oktail
