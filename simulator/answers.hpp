#pragma once

#include "http/server.hpp"
#include "simulator/random.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

using Request = ServerRequest;
using Answer = ServerResponse;

/// Error bodies of the management API: {"errorCode":...}.
Answer okta_error(Random& random, unsigned status, std::string_view code, std::string_view summary,
                  const std::vector<std::string>& causes = {});
Answer too_many_requests(Random& random);
/// Api validation failed.
Answer invalid_parameter(Random& random, std::string_view name, std::string_view why);

/// Error bodies of the token endpoint: {"error":...,"error_description":...}.
Answer oauth_error(unsigned status, std::string_view error, std::string_view description);
/// 401 invalid_client, with the challenge that goes with it.
Answer invalid_client(std::string_view host, std::string_view description);

/// OAuth refusals at the resource have an empty body; all is in WWW-Authenticate.
Answer bearer_refusal(std::string_view host, unsigned status, std::string_view error, std::string_view description);
/// 400, for a proof that is missing or wrong.
Answer dpop_refusal(std::string_view host, std::string_view error, std::string_view description);

/// A header that must not be there twice.
void set_header(Answer& answer, std::string_view name, std::string value);
/// True if the answer has one of that name, in any case.
bool has_header(const Answer& answer, std::string_view name);

}  // namespace oktail::simulator
