#include "http/http_error.hpp"

#include <oktail/http/http_client.hpp>

#include <string>

namespace oktail {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // the base is never deleted through
class HttpErrorCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "oktail.http"; }
    std::string message(int value) const override {
        switch (static_cast<HttpError>(value)) {
            case HttpError::out_of_memory_budget: return "the body outgrew the memory that is left";
            case HttpError::body_too_large: return "the body is larger than allowed";
            case HttpError::unknown_encoding: return "the body has an encoding we did not ask for";
            case HttpError::too_many_fields: return "the head has too many fields";
            case HttpError::too_many_interim_answers: return "too many interim (1xx) answers";
            case HttpError::switches_protocols: return "the server wants to switch protocols";
            case HttpError::stale_connection: return "the server had closed the idle connection";
            case HttpError::no_tunnel: return "the proxy makes no tunnel";
            case HttpError::too_slow: return "the answer trickles in, below 1 KiB a second";
        }
        return "unknown";
    }
};
#pragma GCC diagnostic pop

}  // namespace

boost::system::error_code make_error_code(HttpError error) noexcept {
    static const HttpErrorCategory category;
    return {static_cast<int>(error), category};
}

boost::system::error_code out_of_memory_budget() noexcept { return HttpError::out_of_memory_budget; }
boost::system::error_code no_tunnel() noexcept { return HttpError::no_tunnel; }
boost::system::error_code stale_connection() noexcept { return HttpError::stale_connection; }
boost::system::error_code body_too_large() noexcept { return HttpError::body_too_large; }

}  // namespace oktail
