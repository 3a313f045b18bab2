#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace oktail {

/// Texts that must not be seen anywhere: as they are, nor in any coding that they are likely to be in, nor a piece of them.
class Canaries {
public:
    /// `text` has 24 characters or more.
    void add(const std::string& name, const std::string& text);

    /// "NAME as CODING" of the first piece that stands there; empty: none.
    std::string found_in(std::string_view haystack) const;

private:
    void add_pieces(const std::string& name, const std::string& coded);
    std::unordered_map<std::string, std::string> pieces_;  // to what they are
};

std::string base64(const std::string& text);
/// The alphabet of URLs, without padding.
std::string base64url(const std::string& text);
/// Two digits for each byte, of the given sixteen, behind `before`.
std::string hex(const std::string& text, const std::string& digits, const std::string& before = {});
/// What is not unreserved (RFC 3986 §2.3) as %XX.
std::string url_encoded(const std::string& text, const std::string& digits);

inline const std::string lower_digits = "0123456789abcdef";
inline const std::string upper_digits = "0123456789ABCDEF";

}  // namespace oktail
