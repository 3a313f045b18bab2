#pragma once

#include <oktail/core/clock.hpp>

#include "http/server.hpp"
#include "simulator/fake_okta.hpp"

namespace oktail::simulator {

/// The control port, for scripts and people:
///   GET  /truth?org=HOST[&from=N]        "uuid sha256" of every event from the N-th on, in the order of persistence
///   GET  /stats                          JSON: what was asked, answered, minted, persisted, and every violation
///   POST /faults, DELETE /faults         adds scripted faults (faults.hpp), drops all
///   POST /emit?org=HOST&count=N          persists N more events now
///   POST /pause?org=HOST, /resume?org=HOST   live events
///   POST /revoke?org=HOST                every token minted so far
///   POST /secrets?org=HOST               the client has the secrets of the body from now on, a line for each
///   GET  /tokens?org=HOST                every token minted so far, a line for each
/// Without `org`, a POST is for all orgs.
ServerResponse control(FakeOkta& okta, const ServerRequest& request, UtcTime now);

}  // namespace oktail::simulator
