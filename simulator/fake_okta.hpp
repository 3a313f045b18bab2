#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "simulator/answers.hpp"
#include "simulator/faults.hpp"
#include "simulator/org.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

struct Options {
    std::vector<OrgOptions> orgs;
    std::uint64_t seed = 1;
    std::chrono::seconds token_lifetime{3600};
    std::vector<GivenEvent> events;  ///< persisted in every org ahead of what is made
    UtcTime start{};                 ///< when live events begin; the backlog lies before it
};

/// A loopback Okta without its loops: no clock, no socket, so that a test can run it on a clock of its own.
/// `now` must not go back. One thread.
class FakeOkta {
public:
    explicit FakeOkta(Options options);

    /// What Okta answers to the request. Orgs are told apart by Host.
    Answer answer(const Request& request, UtcTime now);

    /// nullptr: unknown.
    Org* find(std::string_view host);
    std::map<std::string, Org, std::less<>>& orgs() noexcept { return orgs_; }
    Faults& faults() noexcept { return faults_; }
    /// Lets every org's live events happen up to now; answer() does it by itself.
    void flow(UtcTime now);

    static Endpoint endpoint_of(const Request& request);
    /// The Host field without its port.
    static std::string_view host_of(const Request& request);

private:
    Answer serve(Org& org, Endpoint endpoint, const Request& request, UtcTime now, const Strike& strike, RateState& rate);
    void judge(Org& org, Endpoint endpoint, const Request& request, UtcTime now);

    std::map<std::string, Org, std::less<>> orgs_;
    Faults faults_;
};

/// One event per line. Errors: rejected, naming the line.
Result<std::vector<GivenEvent>> read_events(std::string_view ndjson, UtcTime unless_published);

}  // namespace oktail::simulator
