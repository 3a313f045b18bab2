#include "auth/base64url.hpp"
#include "auth/private_key_file.hpp"
#include "fuzz/fuzz_check.hpp"

#include <algorithm>
#include <string>

/// A key file, PEM or JWK. Without a passphrase: deriving a key from one may take as long as the file says, and it is ours.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = oktail::fuzz_text(data, size);

    const auto encoded = oktail::from_base64url(text);
    FUZZ_CHECK(!encoded || oktail::base64url(encoded->reveal()) == text);
    FUZZ_CHECK(oktail::from_base64url(oktail::base64url(text))->reveal() == text);

    const auto key = oktail::parse_private_key(text, oktail::Secret());
    if (!key) {
        const std::string what = key.error().what();
        FUZZ_CHECK(key.error().kind() == oktail::ErrorKind::unauthorized);
        FUZZ_CHECK(what.find("; ") != what.npos && what.size() < 300);
        FUZZ_CHECK(std::ranges::all_of(what, [](char c) { return c >= ' ' && c < '\x7f'; }));
        return 0;
    }
    const std::string signature = key->key.sign("text");
    FUZZ_CHECK(key->key.algorithm() == oktail::KeyAlgorithm::es256 ? signature.size() == 64 : signature.size() >= 256);
    const auto again = oktail::parse_private_key(key->key.pem().reveal(), oktail::Secret());
    FUZZ_CHECK(again && again->key.public_jwk() == key->key.public_jwk());
    return 0;
}
