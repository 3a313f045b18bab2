#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "simulator/answers.hpp"
#include "simulator/logs_endpoint.hpp"
#include "simulator/org.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

/// Everything that is to go wrong with one answer.
struct Strike {
    /// An answer instead of the true one: `status` 0 leaves that alone.
    unsigned status = 0;
    HeaderLines headers;
    std::string body;
    bool standard_headers = true;
    std::optional<std::chrono::seconds> reset_in;  ///< a 429 that announces it
    std::uint64_t limit = 60;                      ///< what such a 429 says; 0: it is the one of concurrency
    std::string bearer_error;                      ///< an OAuth refusal at the resource
    std::string bearer_description;
    std::string okta_code;  ///< a JSON refusal
    std::string okta_summary;

    PageFault page;
    boost::json::object token_fields;          ///< of a good token answer: replaced, or removed by null
    std::optional<std::size_t> gzip_cut;       ///< bytes of the compressed body that are missing at its end
    std::optional<std::size_t> missing_bytes;  ///< Content-Length minus body
    Transmission transmission;
};

/// What goes wrong, for whom, and when. A fault is a JSON object (all of them: docs/simulator.md):
///   whom:  "org" (host), "endpoint" ("logs", "token"); left out: all
///   when:  "nth" (1: the next request), "times" (1 with nth), "probability", "from_s", "until_s" (since it was added)
///   what:  "do", a name, and what belongs to it
class Faults {
public:
    explicit Faults(std::uint64_t seed) : random_(seed) {}

    /// A JSON array of faults, or one alone. All are added or, with an error, none.
    Result<void> add(std::string_view json, UtcTime now);
    void clear() { faults_.clear(); }
    /// Counts the request, and says what is to go wrong with its answer.
    Strike strike(const Org& org, Endpoint endpoint, UtcTime now);
    /// How often each has struck so far, by its name.
    const std::map<std::string_view, std::uint64_t>& struck() const noexcept { return struck_; }

private:
    struct Fault {
        std::string org;
        std::optional<Endpoint> endpoint;
        std::optional<std::uint64_t> nth;
        std::optional<std::uint64_t> times;
        double probability = 1;
        UtcTime from;
        std::optional<UtcTime> until;
        boost::json::object what;
        std::uint64_t seen = 0;
        std::uint64_t struck = 0;
    };

    static Result<Fault> read(const boost::json::object& object, UtcTime now);
    bool strikes(Fault& fault, const Org& org, Endpoint endpoint, UtcTime now);

    std::vector<Fault> faults_;
    std::map<std::string_view, std::uint64_t> struck_;
    Random random_;
};

}  // namespace oktail::simulator
