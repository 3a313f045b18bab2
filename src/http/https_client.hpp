#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/http/http_client.hpp>

#include "http/endpoint.hpp"
#include "http/http_shared.hpp"

#include <memory>

namespace oktail {

/// A client of one origin that keeps one connection alive; requests at the same time get one of their own each. `shared` and
/// `clock` outlive it; it must not go while send() is in progress. Makes no system call before the first request.
std::unique_ptr<HttpClient> make_https_client(HttpsEndpoint endpoint, HttpShared& shared, Clock& clock);

}  // namespace oktail
