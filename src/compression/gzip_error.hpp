#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace oktail {

enum class GzipError {
    damaged = 1,
    truncated,
    bomb,
};

boost::system::error_code make_error_code(GzipError error) noexcept;

}  // namespace oktail

template <>
struct boost::system::is_error_code_enum<oktail::GzipError> : std::true_type {};
