#include "http/request_text.hpp"

#include <algorithm>

namespace oktail {
namespace {

bool is_target(std::string_view text) {
    return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

Result<Secret> request_text(const HttpRequest& request, std::string_view authority, std::string_view user_agent) {
    const std::string_view authorization = request.authorization.reveal();
    const std::string_view dpop = request.dpop.reveal();
    const std::string_view body = request.body.reveal();
    if (!is_target(request.target)) return Error(ErrorKind::transient, "the request target is not a path and query");
    for (const std::string_view value : {authorization, dpop, std::string_view(request.content_type), authority, user_agent})
        if (!is_field_value(value)) return Error(ErrorKind::transient, "a request field holds a control character");

    const bool post = request.method == Method::post;
    const std::string length = std::to_string(body.size());
    const auto field = [](std::string_view name, std::string_view value) { return value.empty() ? std::string_view() : name; };
    return Secret::joined(
        {post ? "POST " : "GET ", request.target, " HTTP/1.1\r\nHost: ", authority, "\r\nUser-Agent: ", user_agent,
         "\r\nAccept: application/json\r\nAccept-Encoding: gzip", field("\r\nAuthorization: ", authorization), authorization,
         field("\r\nDPoP: ", dpop), dpop, field("\r\nContent-Type: ", request.content_type), request.content_type,
         post ? "\r\nContent-Length: " : "", post ? std::string_view(length) : "", "\r\n", request.more_fields, "\r\n", body});
}

}  // namespace oktail
