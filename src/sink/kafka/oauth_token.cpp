#include "sink/kafka/oauth_token.hpp"

#include "auth/basic.hpp"
#include "auth/token_answer.hpp"
#include "config/named_files.hpp"
#include "config/secret_file.hpp"
#include "core/host_port.hpp"
#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "http/https_client.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {
namespace {

constexpr std::string_view scheme = "https://";

/// As forms have it (WHATWG URL §5.1).
std::string form_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        if (is_plain) out += c;
        else if (c == ' ') out += '+';
        else out.append({'%', hex[byte >> 4U], hex[byte & 0xFU]});
    }
    return out;
}

class TokenRequest {
public:
    TokenRequest(const KafkaSecurity& security, std::string ca_pem, Secret authorization)
        : authorization_(std::move(authorization)) {
        const std::string_view rest = std::string_view(security.token_url).substr(scheme.size());
        const auto slash = std::min(rest.find('/'), rest.size());
        const std::string authority(rest.substr(0, slash));
        const auto place = parse_host_port(authority);
        HttpsEndpoint endpoint(place ? Origin(place->host, place->port) : Origin(authority));
        endpoint.ca_pem = std::move(ca_pem);
        client_ = make_https_client(std::move(endpoint), http_, clock_);
        target_ = slash == rest.size() ? "/" : std::string(rest.substr(slash));
        form_ = "grant_type=client_credentials";
        if (!security.scope.empty()) form_ += "&scope=" + form_encoded(security.scope);
    }

    Result<OauthToken> run() {
        tasks_.spawn(ask());
        io_.run();
        return std::move(*answer_);
    }

private:
    asio::awaitable<void> ask() {
        HttpRequest request(Method::post, target_);
        request.content_type = "application/x-www-form-urlencoded";
        request.body = Secret(form_);
        request.authorization = authorization_.copy();
        request.timeout = std::chrono::seconds(15);
        const std::stop_token never;
        const auto answer = co_await client_->send(std::move(request), never);
        client_.reset();
        if (!answer) {
            answer_ = answer.error();
            co_return;
        }
        TokenAnswer said = parse_token_answer(answer->head, answer->body.view());
        if (said.kind != TokenAnswer::Kind::token) {
            answer_ = Error(ErrorKind::transient, said.what + (said.advice.empty() ? "" : "; " + said.advice));
            co_return;
        }
        OauthToken token;
        token.token = std::move(said.token);
        token.lifetime = said.lifetime;
        answer_ = std::move(token);
    }

    Secret authorization_;
    std::string target_;
    std::string form_;
    SteadyClock clock_;
    ByteBudget memory_{1024UL * 1024};
    asio::io_context io_{1};
    HttpShared http_{clock_, memory_, 1, Resolver::look_up_by_system, 1};
    std::unique_ptr<HttpClient> client_;
    std::optional<Result<OauthToken>> answer_;
    TaskGroup tasks_{io_.get_executor()};
};

}  // namespace

Result<OauthToken> fetch_token(const KafkaSecurity& security) {
    auto ca_pem = read_certificates(security.ca_file);
    if (!ca_pem) return ca_pem.error();
    const auto secret = read_secret(security.client_secret_file);
    if (!secret) return Error(ErrorKind::transient, secret.error().what());
    TokenRequest request(security, std::move(*ca_pem), basic_authorization(security.client_id, secret->reveal()));
    auto token = request.run();
    if (!token) return token.error().in("token of " + security.token_url);
    return token;
}

}  // namespace oktail
