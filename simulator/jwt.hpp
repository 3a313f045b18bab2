#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail::simulator {

/// A signed token in the compact form (RFC 7515), taken apart and not yet believed.
struct Jwt {
    boost::json::object header;
    boost::json::object claims;
    std::string signed_text;
    std::string signature;

    /// Empty if it is missing or no string.
    std::string_view header_text(std::string_view name) const;
    std::string_view claim_text(std::string_view name) const;
    /// nullopt: missing, or no integer.
    std::optional<std::int64_t> claim_time(std::string_view name) const;
};

/// nullopt: not three parts of base64url with two objects.
std::optional<Jwt> parse_jwt(std::string_view text);

/// RS256 to RS512 and ES256 to ES512, as Okta takes them.
bool is_known_algorithm(std::string_view algorithm);
/// Whether the holder of this public JWK signed it by the algorithm of its header.
bool is_signed_by(const Jwt& jwt, const boost::json::object& jwk);
/// RFC 7638; empty if the JWK is none.
std::string thumbprint(const boost::json::object& jwk);

/// A key for a client of an org: what it keeps, and what the org knows of it.
struct KeyPair {
    std::string private_pem;
    boost::json::object public_jwk;  ///< with a `kid`
};
KeyPair make_key_pair();

}  // namespace oktail::simulator
