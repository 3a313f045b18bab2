#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oktail::simulator {

/// Repeatable noise (splitmix64): the same seed makes the same org, event for event.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    bool happens(double probability) { return static_cast<double>(next() >> 11U) * 0x1p-53 < probability; }
    /// Letters, digits, '_' and '-', as Okta's ids and secrets have them.
    void append_id(std::string& out, std::size_t length) {
        static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (std::size_t i = 0; i < length;) {
            std::uint64_t bits = next();
            for (std::size_t end = i + 10; i < length && i < end; ++i, bits >>= 6U) out += alphabet[bits & 63U];
        }
    }
    std::string id(std::string_view prefix, std::size_t length) {
        std::string out(prefix);
        append_id(out, length);
        return out;
    }

private:
    std::uint64_t state_;
};

/// FNV-1a: gives every org its own noise.
constexpr std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

}  // namespace oktail::simulator
