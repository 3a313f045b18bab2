#pragma once

#include <boost/asio/awaitable.hpp>

namespace oktail {
namespace asio = boost::asio;
}  // namespace oktail
