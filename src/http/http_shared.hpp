#pragma once

#include <oktail/core/byte_budget.hpp>
#include <oktail/core/clock.hpp>

#include "core/gate.hpp"
#include "http/pacer.hpp"
#include "net/resolver.hpp"
#include "net/tls_context.hpp"
#include "oktail_version.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace oktail {

/// How long a silent peer is waited for. Okta ends its own queries at 30 s, so the first byte may take longer than that.
class HttpDeadlines {
public:
    std::chrono::milliseconds connect{10'000};  ///< each address
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds first_byte{45'000};
    std::chrono::milliseconds between_bytes{15'000};
    std::chrono::milliseconds least_rate_after{10'000};  ///< since the first byte; then the average must be this:
    std::size_t least_bytes_per_second = 1'024;
    std::chrono::milliseconds fetch_slot{2'000};  ///< for how long a silent body keeps its slot
};

/// What the clients of all shards share. It goes after them and before the shards.
class HttpShared {
public:
    /// `cores`: how many shards work at the same time.
    HttpShared(Clock& clock, ByteBudget& memory, unsigned cores, Resolver::LookUp look_up = Resolver::look_up_by_system,
               unsigned look_ups = 64)
        : memory(memory), resolver(clock, std::move(look_up), look_ups), fetches(16 * cores), handshakes(clock, 200) {}

    ByteBudget& memory;
    Resolver resolver;
    TlsContexts tls;
    Gate fetches;      ///< bodies that are read at the same time
    Pacer handshakes;  ///< after an outage all tenants come back at once
    HttpDeadlines deadlines;
    std::string user_agent = "oktail/" OKTAIL_VERSION;
};

}  // namespace oktail
