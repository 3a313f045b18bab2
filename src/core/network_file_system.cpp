#include "core/network_file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace oktail {
namespace {

class Kind {
public:
    std::uint32_t magic;
    const char* name;
};

// statfs(2).
constexpr std::array kinds{
    Kind{NFS_SUPER_MAGIC, "NFS"},   Kind{CIFS_SUPER_MAGIC, "CIFS"}, Kind{SMB2_SUPER_MAGIC, "SMB"},
    Kind{SMB_SUPER_MAGIC, "SMB"},   Kind{AFS_SUPER_MAGIC, "AFS"},   Kind{AFS_FS_MAGIC, "AFS"},
    Kind{V9FS_MAGIC, "9P"},         Kind{CEPH_SUPER_MAGIC, "Ceph"}, Kind{CODA_SUPER_MAGIC, "Coda"},
    Kind{FUSE_SUPER_MAGIC, "FUSE"},
};

}  // namespace

std::optional<std::string> network_file_system(const std::string& path) {
    struct statfs found{};
    if (::statfs(path.c_str(), &found) != 0) return std::nullopt;
    const auto magic = static_cast<std::uint32_t>(found.f_type);
    const auto kind = std::ranges::find(kinds, magic, &Kind::magic);
    return kind == kinds.end() ? std::nullopt : std::optional<std::string>(kind->name);
}

}  // namespace oktail
