#pragma once

#include <boost/system/error_code.hpp>

#include <sys/types.h>

#include <optional>
#include <string>

namespace oktail {

/// Removes the socket file that a dead server left; there need be none. address_in_use: somebody serves there;
/// not_a_socket: the file is something else, and stays.
boost::system::error_code remove_dead_socket(const std::string& path);

/// Who is at the other end of a connected Unix socket; nullopt for other sockets.
std::optional<uid_t> peer_uid(int socket);

}  // namespace oktail
