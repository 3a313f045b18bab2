#pragma once

#include <oktail/core/error.hpp>

#include <chrono>
#include <string>

namespace oktail {

/// What a daemon of this machine said.
class UnixAnswer {
public:
    UnixAnswer() = default;
    UnixAnswer(unsigned status, std::string body) : status(status), body(std::move(body)) {}

    unsigned status = 0;
    std::string body;
};

/// One HTTP request over a Unix socket; returns with the whole answer, after `patience` at the latest. For commands: it blocks.
/// Errors: transient (nobody answers there).
Result<UnixAnswer> ask(const std::string& socket_file, const std::string& method, const std::string& target,
                       std::chrono::milliseconds patience);

}  // namespace oktail
