#include "metrics/status.hpp"

namespace oktail {

std::string_view to_string(Activity activity) noexcept {
    switch (activity) {
        case Activity::opening: return "opening";
        case Activity::finding_place: return "finding_place";
        case Activity::fetching: return "fetching";
        case Activity::writing: return "writing";
        case Activity::setting_aside: return "setting_aside";
        case Activity::saving: return "saving";
    }
    return "";
}

std::string_view to_string(Reason reason) noexcept {
    switch (reason) {
        case Reason::none: return "none";
        case Reason::credentials_refused: return "credentials_refused";
        case Reason::token_unavailable: return "token_unavailable";
        case Reason::okta_unreachable: return "okta_unreachable";
        case Reason::proxy_unavailable: return "proxy_unavailable";
        case Reason::rate_limited: return "rate_limited";
        case Reason::page_unusable: return "page_unusable";
        case Reason::query_refused: return "query_refused";
        case Reason::sink_unavailable: return "sink_unavailable";
        case Reason::sink_refuses: return "sink_refuses";
        case Reason::dead_letters_full: return "dead_letters_full";
        case Reason::state_unavailable: return "state_unavailable";
        case Reason::open_pending: return "open_pending";
        case Reason::fetch_pending: return "fetch_pending";
        case Reason::write_pending: return "write_pending";
        case Reason::save_pending: return "save_pending";
    }
    return "";
}

std::string_view to_string(RouteState state) noexcept {
    switch (state) {
        case RouteState::starting: return "starting";
        case RouteState::running: return "running";
        case RouteState::waiting: return "waiting";
        case RouteState::stalled: return "stalled";
    }
    return "";
}

}  // namespace oktail
