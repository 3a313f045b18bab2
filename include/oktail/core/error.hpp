#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace oktail {

/// What the caller should do about it; `code()` and `what()` say what happened.
enum class ErrorKind : std::uint8_t {
    transient,     ///< try again later: timeout, 5xx, 429, broker down, disk full
    rejected,      ///< these bytes will never be accepted: 400, message too large
    unauthorized,  ///< credentials refused; a person must act
    cursor_lost,   ///< Okta no longer knows this position; begin again by time
    fatal,         ///< the state can no longer be trusted; the daemon must end (exit 74)
    stopped,       ///< asked to stop; not a failure
};

/// The enumerator's own name, for logs and metric labels.
std::string_view to_string(ErrorKind kind) noexcept;

/// Trouble that was expected. A class with constructors, not an aggregate: gcc 12 miscompiles aggregate
/// temporaries beside co_await (docs/adr/0008).
class Error {
public:
    Error() = default;
    Error(ErrorKind kind, std::string what, boost::system::error_code code = {})
        : kind_(kind), what_(std::move(what)), code_(code) {}

    ErrorKind kind() const noexcept { return kind_; }
    /// For people; text of a peer in it is already quoted and cut.
    const std::string& what() const noexcept { return what_; }
    const boost::system::error_code& code() const noexcept { return code_; }

    /// The same error, with where it happened in front: "context: what".
    Error in(std::string_view context) const { return Error(kind_, std::string(context) + ": " + what_, code_); }

private:
    ErrorKind kind_ = ErrorKind::transient;
    std::string what_;
    boost::system::error_code code_;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// What boost::system::result calls when value() is taken from an error: a programming mistake.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("unchecked result: " + error.what());
}

}  // namespace oktail
