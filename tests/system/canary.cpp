#include "system/canary.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace oktail {
namespace {

constexpr std::size_t piece_size = 16;

bool is_unreserved(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

}  // namespace

/// Every sixteen characters, half overlapping: of any 24 in a row one piece is whole.
void Canaries::add_pieces(const std::string& name, const std::string& coded) {
    for (std::size_t at = 0; at + piece_size <= coded.size(); at += piece_size / 2)
        pieces_.emplace(coded.substr(at, piece_size), name);
}

void Canaries::add(const std::string& name, const std::string& text) {
    add_pieces(name + " as it is", text);
    // Something stands before it, so it begins anywhere in a group of three; the last group is shared with what follows.
    for (std::size_t skipped = 0; skipped < 3; ++skipped) {
        const std::string whole_groups = text.substr(skipped, (text.size() - skipped) / 3 * 3);
        add_pieces(name + " as base64", base64(whole_groups));
        add_pieces(name + " as base64url", base64url(whole_groups));
    }
    for (const std::string& digits : {lower_digits, upper_digits}) {
        add_pieces(name + " as hex", hex(text, digits));
        add_pieces(name + " as hex", hex(text, digits, "\\x"));
        add_pieces(name + " as URL", hex(text, digits, "%"));
        add_pieces(name + " as URL", url_encoded(text, digits));
    }
}

std::string Canaries::found_in(std::string_view haystack) const {
    std::string window;
    for (std::size_t at = 0; at + piece_size <= haystack.size(); ++at) {
        window.assign(haystack, at, piece_size);
        if (const auto it = pieces_.find(window); it != pieces_.end()) return it->second;
    }
    return {};
}

std::string base64(const std::string& text) {
    std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::string base64url(const std::string& text) {
    std::string out = base64(text);
    std::replace(out.begin(), out.end(), '+', '-');
    std::replace(out.begin(), out.end(), '/', '_');
    out.erase(std::find(out.begin(), out.end(), '='), out.end());
    return out;
}

std::string hex(const std::string& text, const std::string& digits, const std::string& before) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out.append(before).append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return out;
}

std::string url_encoded(const std::string& text, const std::string& digits) {
    std::string out;
    for (const char c : text) {
        if (is_unreserved(static_cast<unsigned char>(c))) out += c;
        else out += hex(std::string(1, c), digits, "%");
    }
    return out;
}

}  // namespace oktail
