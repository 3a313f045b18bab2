#include "auth/jwt.hpp"

#include "auth/base64url.hpp"
#include "core/assert.hpp"

#include <boost/json/serialize.hpp>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace oktail {

Secret signed_jwt(boost::json::object header, const boost::json::object& claims, const PrivateKey& key) {
    header["alg"] = to_string(key.algorithm());
    const std::string text = base64url(boost::json::serialize(header)) + "." + base64url(boost::json::serialize(claims));
    std::string signature = base64url(key.sign(text));
    Secret whole = Secret::joined({text, ".", signature});
    OPENSSL_cleanse(signature.data(), signature.size());  // without it the rest is of no use
    return whole;
}

std::string fresh_jwt_id() {
    std::string bytes(16, '\0');
    OKTAIL_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) == 1);
    return base64url(bytes);
}

}  // namespace oktail
