#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace oktail::simulator {

/// What no client may ever do, whatever the answer was: each kind with how often it was done. Texts are ours alone, so a
/// client cannot make many of them.
class Violations {
public:
    void add(const std::string& text) {
        ++counts_[text];
        ++total_;
    }
    std::uint64_t total() const noexcept { return total_; }
    const std::map<std::string, std::uint64_t>& counts() const noexcept { return counts_; }

private:
    std::map<std::string, std::uint64_t> counts_;
    std::uint64_t total_ = 0;
};

}  // namespace oktail::simulator
