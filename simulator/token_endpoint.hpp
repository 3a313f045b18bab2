#pragma once

#include "simulator/answers.hpp"
#include "simulator/org.hpp"

namespace oktail::simulator {

/// POST /oauth2/v1/token: the client_credentials grant.
Answer token_endpoint(Org& org, const Request& request, UtcTime now, RateState& rate);
/// POST /oauth2/v1/revoke: 200 for unknown tokens too.
Answer revoke_endpoint(Org& org, const Request& request, UtcTime now);

}  // namespace oktail::simulator
