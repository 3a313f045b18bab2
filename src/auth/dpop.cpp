#include "auth/dpop.hpp"

#include "auth/base64url.hpp"
#include "auth/jwt.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

using std::chrono::seconds;

constexpr std::size_t most_nonce_bytes = 1'024;

/// RFC 9449 §8.1: NQCHAR. Anything else is a server's mistake, and not sent back.
bool is_nonce(std::string_view text) {
    const auto allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; };
    return !text.empty() && text.size() <= most_nonce_bytes && std::ranges::all_of(text, allowed);
}

}  // namespace

bool Dpop::switch_on() { return mode_ == DpopMode::automatic && !std::exchange(is_on_, true); }

Secret Dpop::proof(DpopServer server, Method method, std::string_view url, std::string_view token, UtcTime now) {
    if (!key_) key_ = PrivateKey::generate(KeyAlgorithm::es256);
    boost::json::object header{{"typ", "dpop+jwt"}, {"jwk", boost::json::parse(key_->public_jwk())}};
    boost::json::object claims{{"jti", fresh_jwt_id()},
                               {"htm", method == Method::post ? "POST" : "GET"},
                               {"htu", url},
                               {"iat", (std::chrono::floor<seconds>(now.time_since_epoch()) - back_dated).count()}};
    if (!token.empty()) claims["ath"] = base64url(sha256(token));
    Nonce& nonce = at(server);
    if (!nonce.text.empty()) claims["nonce"] = nonce.text;
    nonce.fresh = false;
    return signed_jwt(std::move(header), claims, *key_);
}

void Dpop::observed(DpopServer server, const ResponseHead& head) {
    const std::string_view text = head.find("dpop-nonce").value_or("");
    Nonce& nonce = at(server);
    if (!is_nonce(text) || nonce.text == text) return;
    nonce.text = text;
    nonce.fresh = true;
}

}  // namespace oktail
