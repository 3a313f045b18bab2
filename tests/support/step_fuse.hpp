#pragma once

#include <oktail/core/error.hpp>

#include <exception>
#include <optional>
#include <stop_token>

namespace oktail {

/// What a fake throws when "the process dies here".
class Crashed : public std::exception {
public:
    const char* what() const noexcept override { return "crashed"; }
};

/// Counts the I/O steps of a scenario and lets one of them go wrong: the scenario runs once per step and kind of trouble.
class StepFuse {
public:
    enum class Trouble { none, fails, crashes_before, crashes_after, stops };

    StepFuse() = default;
    StepFuse(int at, Trouble trouble) : at_(at), trouble_(trouble) {}

    /// A fake calls it at the start of a step. An error to return; may throw Crashed.
    std::optional<Error> enter() {
        blown_ = ++steps_ == at_;
        if (!blown_) return std::nullopt;
        if (trouble_ == Trouble::crashes_before) throw Crashed();
        if (trouble_ == Trouble::stops) stop_.request_stop();
        if (trouble_ == Trouble::fails) return Error(ErrorKind::transient, "the fuse of this step blew");
        return std::nullopt;
    }
    /// And at its end, when the step has had its effect.
    void leave() const {
        if (blown_ && trouble_ == Trouble::crashes_after) throw Crashed();
    }

    int steps() const { return steps_; }
    std::stop_token stop_token() const { return stop_.get_token(); }
    /// What ends a scenario that went well.
    void stop() { stop_.request_stop(); }

private:
    int at_ = 0;
    Trouble trouble_ = Trouble::none;
    int steps_ = 0;
    bool blown_ = false;
    std::stop_source stop_;
};

}  // namespace oktail
