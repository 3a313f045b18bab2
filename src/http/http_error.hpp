#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace oktail {

/// What can be wrong with an answer beyond what the network, TLS and Beast report.
enum class HttpError {
    out_of_memory_budget = 1,
    body_too_large,
    unknown_encoding,
    too_many_fields,
    too_many_interim_answers,
    switches_protocols,
    too_slow,
    no_tunnel,
    stale_connection,
};

boost::system::error_code make_error_code(HttpError error) noexcept;

}  // namespace oktail

template <>
struct boost::system::is_error_code_enum<oktail::HttpError> : std::true_type {};
