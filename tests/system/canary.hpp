#pragma once

#include <map>
#include <string>
#include <vector>

namespace oktail {

/// A text that must not be seen anywhere: as it is, nor in any coding that it is likely to be in, nor a piece of it.
class Canary {
public:
    explicit Canary(const std::string& text);

    /// The name of the coding in which a piece of it stands there; empty: none.
    std::string found_in(const std::string& haystack) const;

private:
    std::map<std::string, std::vector<std::string>> pieces_;  // by coding
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
