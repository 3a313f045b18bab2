#include "metrics/request_outcome.hpp"

namespace oktail {

std::string_view to_string(RequestOutcome outcome) noexcept {
    switch (outcome) {
        case RequestOutcome::ok: return "ok";
        case RequestOutcome::rate_limited: return "rate_limited";
        case RequestOutcome::unauthorized: return "unauthorized";
        case RequestOutcome::refused: return "refused";
        case RequestOutcome::server_error: return "server_error";
        case RequestOutcome::unexpected: return "unexpected";
        case RequestOutcome::failed: return "failed";
    }
    return "";
}

std::string_view to_string(TokenRequestOutcome outcome) noexcept {
    switch (outcome) {
        case TokenRequestOutcome::granted: return "granted";
        case TokenRequestOutcome::challenged: return "challenged";
        case TokenRequestOutcome::refused: return "refused";
        case TokenRequestOutcome::failed: return "failed";
    }
    return "";
}

RequestOutcome request_outcome(unsigned http_status) noexcept {
    if (http_status == 429) return RequestOutcome::rate_limited;
    if (http_status == 401 || http_status == 403) return RequestOutcome::unauthorized;
    switch (http_status / 100) {
        case 2: return RequestOutcome::ok;
        case 4: return RequestOutcome::refused;
        case 5: return RequestOutcome::server_error;
        default: return RequestOutcome::unexpected;
    }
}

}  // namespace oktail
