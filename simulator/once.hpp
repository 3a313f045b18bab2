#pragma once

#include <oktail/core/clock.hpp>

#include "simulator/random.hpp"

#include <map>
#include <string>
#include <string_view>

namespace oktail::simulator {

/// `jti`s: good for one request each, whatever became of it.
class OneTimeIds {
public:
    void seen(std::string_view id) { ++counts_[std::string(id)]; }
    bool was_used_before(std::string_view id) const {
        const auto found = counts_.find(id);
        return found != counts_.end() && found->second > 1;
    }

private:
    std::map<std::string, unsigned, std::less<>> counts_;
};

/// What DPoP proofs at the token endpoint must carry. A new one every day; old ones are good for three (Okta, DPoP guide).
class Nonces {
public:
    const std::string& current(Random& random, UtcTime now) {
        if (issued_.empty() || now - newest_ >= std::chrono::hours(24)) renew(random, now);
        return current_;
    }
    bool accepts(std::string_view nonce, UtcTime now) const {
        const auto found = issued_.find(nonce);
        return found != issued_.end() && now - found->second < std::chrono::hours(72);
    }
    void renew(Random& random, UtcTime now) {
        newest_ = now;
        current_ = random.id("", 22);
        issued_[current_] = now;
    }
    /// None of those issued so far is good any more.
    void void_all() { issued_.clear(); }

private:
    std::map<std::string, UtcTime, std::less<>> issued_;
    std::string current_;
    UtcTime newest_{};
};

}  // namespace oktail::simulator
