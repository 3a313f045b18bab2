#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "simulator/clients.hpp"
#include "simulator/cursor.hpp"
#include "simulator/log_store.hpp"
#include "simulator/once.hpp"
#include "simulator/random.hpp"
#include "simulator/rate_window.hpp"
#include "simulator/traffic.hpp"
#include "simulator/violations.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace oktail::simulator {

/// What `next` is on an empty polling page: all three were seen.
enum class EmptyNext : std::uint8_t { same, absent, moved };
/// Two header lines, one line with both, or two with parameters in another order and encoding.
enum class LinkStyle : std::uint8_t { two_lines, joined, reordered };

struct OrgOptions {
    std::string host;
    ClientKind client = ClientKind::integration;
    bool dpop = false;                  ///< the client's tokens are bound to a key
    double rate = 0;                    ///< live events a second
    std::size_t backlog = 0;            ///< events that are there at the start
    std::uint64_t limit = 120;          ///< /api/v1/logs requests a minute
    std::uint64_t token_limit = 1'200;  ///< token requests a minute
    std::size_t huge_every = 0;         ///< every so manieth event is huge; 0: none
    CursorStyle cursor = CursorStyle::milliseconds;
    EmptyNext empty_next = EmptyNext::same;
    LinkStyle links = LinkStyle::two_lines;
};

/// "HOST[,key=value]...", as on the command line.
Result<OrgOptions> read_org_options(std::string_view text);

enum class Endpoint : std::uint8_t { logs, token, revoke, other };

/// Everything of one org. Whoever changes it does so between two answers.
struct Org {
    Org(OrgOptions options, std::uint64_t seed, std::chrono::seconds token_lifetime, UtcTime start);

    /// The one client that every org begins with, installed or not.
    Client& client() { return clients.at(client_id); }

    OrgOptions options;
    std::chrono::seconds token_lifetime;
    Random random;
    LogStore log;
    Traffic traffic;
    Clients clients;
    std::string client_id;
    CursorSeal seal;
    RateWindow logs_window;
    RateWindow token_window;
    Violations violations;
    OneTimeIds assertion_ids;
    OneTimeIds proof_ids;
    Nonces nonces;
    std::map<Endpoint, UtcTime> not_before;  ///< announced by a 429
    std::map<std::pair<Endpoint, unsigned>, std::uint64_t> answers;
    std::uint64_t tokens_minted = 0;
    std::uint64_t events_served = 0;
};

}  // namespace oktail::simulator
