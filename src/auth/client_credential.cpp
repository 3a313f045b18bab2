#include "auth/client_credential.hpp"

namespace oktail {

std::string credential_name(std::string_view kind, std::size_t place, std::size_t count) {
    return std::string(kind) + " " + std::to_string(place) + " of " + std::to_string(count);
}

HttpRequest form_request(std::string_view path, const Secret& form, const Secret& more) {
    HttpRequest request(Method::post, std::string(path));
    request.content_type = "application/x-www-form-urlencoded";
    request.body = Secret::joined({form.reveal(), more.reveal()});
    return request;
}

Secret token_form() { return Secret::joined({"grant_type=client_credentials&scope=", log_scope}); }

}  // namespace oktail
