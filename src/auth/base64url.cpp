#include "auth/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

namespace oktail {
namespace {

bool is_of_the_alphabet(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

char plain_alphabet(char c) {
    if (c == '-') return '+';
    return c == '_' ? '/' : c;
}

char url_alphabet(char c) {
    if (c == '+') return '-';
    return c == '/' ? '_' : c;
}

}  // namespace

std::string base64url(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    text.resize((bytes.size() * 4 + 2) / 3);
    std::ranges::transform(text, text.begin(), url_alphabet);
    return text;
}

std::optional<Secret> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1 || !std::ranges::all_of(text, is_of_the_alphabet)) return std::nullopt;
    std::string padded((text.size() + 3) / 4 * 4, '=');  // at its full size at once: a shorter one would be left behind
    std::ranges::transform(text, padded.begin(), plain_alphabet);
    std::string bytes(padded.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(padded.data()),
                    static_cast<int>(padded.size()));
    std::optional<Secret> decoded(Secret(std::string_view(bytes).substr(0, text.size() * 3 / 4)));
    // Bits behind the last byte would make two texts of one value.
    std::string again = base64url(decoded->reveal());
    if (again != text) decoded.reset();
    for (std::string* copy : {&padded, &bytes, &again}) OPENSSL_cleanse(copy->data(), copy->size());
    return decoded;
}

}  // namespace oktail
