#include "config/secret_file.hpp"

#include "config/section.hpp"
#include "core/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace oktail {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

/// Without waiting: a pipe would hang.
Descriptor opened(const std::filesystem::path& path) {
    return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

/// One byte more than a secret may have, wiped when it goes.
class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { explicit_bzero(bytes_.data(), bytes_.size()); }

    /// False with errno set if reading failed.
    bool fill(int fd) {
        while (size_ < bytes_.size()) {
            const ssize_t n = ::read(fd, bytes_.data() + size_, bytes_.size() - size_);
            if (n == 0) return true;
            if (n > 0) size_ += static_cast<std::size_t>(n);
            else if (errno != EINTR) return false;
        }
        return true;
    }
    std::string_view view() const { return {bytes_.data(), size_}; }

private:
    std::array<char, most_bytes + 1> bytes_;
    std::size_t size_ = 0;
};

Error wrong(const std::filesystem::path& path, const std::string& what) {
    return Error(ErrorKind::unauthorized, path.string() + " " + what);
}

Error unreadable(const std::filesystem::path& path, int error) {
    return Error(ErrorKind::unauthorized,
                 path.string() + " cannot be read (" + std::generic_category().message(error) + ")" +
                     (error == EACCES ? "; let oktail's group read it: chgrp oktail, chmod 0640" : "; put the secret there"),
                 boost::system::error_code(error, boost::system::generic_category()));
}

std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// LoadCredential=ID:FOLDER gives the folder's files as ID_FILE. An ID has no underscore here: x_acme.secret, another tenant's,
/// must not stand in for acme.secret. Of several IDs the first in the alphabet.
std::optional<std::filesystem::path> credential_of_folder(const std::filesystem::path& credentials, const std::string& name) {
    std::optional<std::filesystem::path> found;
    std::error_code ec;
    for (std::filesystem::directory_iterator at(credentials, ec), end; !ec && at != end; at.increment(ec)) {
        const std::string file = at->path().filename().string();
        if (file.find('_') + 1 + name.size() != file.size() || !file.ends_with(name)) continue;
        if (!found || at->path() < *found) found = at->path();
    }
    return found;
}

}  // namespace

Result<Secret> read_secret(const std::filesystem::path& path) {
    const Descriptor file = opened(path);
    struct stat about{};
    if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return unreadable(path, errno);
    if (!S_ISREG(about.st_mode)) return wrong(path, "is no regular file; name the file that holds the secret");
    if ((about.st_mode & S_IRWXO) != 0) return wrong(path, "is open to every user; chmod 0600, or 0640 for a group");
    Scratch scratch;
    if (!scratch.fill(file.get())) return unreadable(path, errno);
    if (scratch.view().size() > most_bytes)
        return wrong(path, "is larger than 64 KiB; name the file that holds the secret alone");
    const std::string_view secret = without_line_end(scratch.view());
    if (secret.empty()) return wrong(path, "is empty; put the secret there");
    return Secret(secret);
}

std::filesystem::path find_secret(const std::string& name, const ConfigPlace& place, const Environment& environment) {
    const auto credentials = name.find('/') == std::string::npos ? environment("CREDENTIALS_DIRECTORY") : std::nullopt;
    if (credentials) {
        const std::filesystem::path given = std::filesystem::path(*credentials) / name;
        std::error_code ignored;
        if (std::filesystem::exists(given, ignored)) return given;
        if (const auto of_folder = credential_of_folder(*credentials, name)) return *of_folder;
    }
    return resolve_path(name, place);
}

}  // namespace oktail
