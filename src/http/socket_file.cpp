#include "http/socket_file.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace oktail {
namespace {

using boost::system::error_code;

error_code last_error() { return {errno, boost::system::system_category()}; }

/// Whether a server listens there. It is not kept waiting: the connection is closed at once.
bool answers(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const bool refused =
        ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    return !refused;
}

}  // namespace

error_code remove_dead_socket(const std::string& path) {
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) return errno == ENOENT ? error_code() : last_error();
    if (!S_ISSOCK(file.st_mode)) return {ENOTSOCK, boost::system::system_category()};
    if (answers(path)) return {EADDRINUSE, boost::system::system_category()};
    return ::unlink(path.c_str()) == 0 ? error_code() : last_error();
}

std::optional<uid_t> peer_uid(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    int domain = 0;
    socklen_t domain_size = sizeof domain;
    if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0 || domain != AF_UNIX) return std::nullopt;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

}  // namespace oktail
