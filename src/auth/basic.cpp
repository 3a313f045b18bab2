#include "auth/basic.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <string>

namespace oktail {
namespace {

Secret base64(const Secret& plain) {
    const std::string_view bytes = plain.reveal();
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    Secret encoded(std::string_view(text).substr(0, static_cast<std::size_t>(size)));
    OPENSSL_cleanse(text.data(), text.size());
    return encoded;
}

}  // namespace

Secret basic_authorization(std::string_view user, std::string_view password) {
    return Secret::joined({"Basic ", base64(Secret::joined({user, ":", password})).reveal()});
}

}  // namespace oktail
