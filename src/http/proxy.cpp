#include "http/proxy.hpp"

#include "http/http_error.hpp"
#include "http/request_text.hpp"

namespace oktail {

Result<Secret> connect_text(std::string_view destination, std::string_view authorization, std::string_view user_agent) {
    for (const std::string_view value : {destination, authorization, user_agent})
        if (!is_field_value(value)) return Error(ErrorKind::transient, "a field for the proxy holds a control character");
    return Secret::joined({"CONNECT ", destination, " HTTP/1.1\r\nHost: ", destination, "\r\nUser-Agent: ", user_agent,
                           authorization.empty() ? "" : "\r\nProxy-Authorization: ", authorization, "\r\n\r\n"});
}

Result<void> tunnel_verdict(const ResponseHead& head, bool authorized) {
    const unsigned status = head.status();
    if (status / 100 == 2) return {};
    std::string what = "it answers " + std::to_string(status);
    if (status == 407)
        what += authorized ? ": it refuses the credentials in proxy_auth_file" : ": it wants credentials, from proxy_auth_file";
    else if (status == 403 || status == 405) what += ": it does not allow the connection";
    else if (status / 100 == 5) what += ": it does not reach the org";
    return Error(ErrorKind::transient, std::move(what), HttpError::no_tunnel);
}

}  // namespace oktail
