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

/// Every sixteen characters, half overlapping: of any 24 in a row one piece is whole.
std::vector<std::string> pieces_of(const std::string& text) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at + piece_size <= text.size(); at += piece_size / 2)
        pieces.push_back(text.substr(at, piece_size));
    if (pieces.empty()) pieces.push_back(text);
    return pieces;
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Canary::Canary(const std::string& text) {
    pieces_["as it is"] = pieces_of(text);
    // Something stands before it, so it begins anywhere in a group of three; the last group is shared with what follows.
    for (std::size_t skipped = 0; skipped < 3; ++skipped) {
        const std::string whole_groups = text.substr(skipped, (text.size() - skipped) / 3 * 3);
        append(pieces_["base64"], pieces_of(base64(whole_groups)));
        append(pieces_["base64url"], pieces_of(base64url(whole_groups)));
    }
    for (const std::string& digits : {lower_digits, upper_digits}) {
        append(pieces_["hex"], pieces_of(hex(text, digits)));
        append(pieces_["hex"], pieces_of(hex(text, digits, "\\x")));
        append(pieces_["URL"], pieces_of(hex(text, digits, "%")));
        append(pieces_["URL"], pieces_of(url_encoded(text, digits)));
    }
}

std::string Canary::found_in(const std::string& haystack) const {
    for (const auto& [coding, pieces] : pieces_)
        for (const std::string& piece : pieces)
            if (haystack.find(piece) != std::string::npos) return coding;
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
