#include "sink/file/file_work.hpp"

#include <algorithm>
#include <cerrno>

namespace oktail {
namespace {

namespace errc = boost::system::errc;

Result<NewFile> described(std::shared_ptr<File> file, std::string path, GivenName name) {
    const auto status = file->status();
    if (!status) return status.error();
    auto tail = read_tail(*file, status->size);
    if (!tail) return tail.error();
    NewFile made;
    made.file = std::move(file);
    made.path = std::move(path);
    made.status = *status;
    made.name = name;
    made.tail = std::move(*tail);
    return made;
}

Result<NewFile> adopt(FileIo& io, const std::string& path, GivenName name, mode_t mode) {
    auto file = io.open(path);
    if (!file) return file.error();
    const auto set = (*file)->set_mode(mode);
    if (!set) return set.error();
    return described(std::move(*file), path, name);
}

Result<NewFile> create(FileIo& io, const std::string& path, GivenName name, mode_t mode) {
    auto file = io.create(path, mode);
    if (!file) return file.error();
    return described(std::move(*file), path, name);
}

/// The name is taken by a file that was packed, too.
Result<bool> is_packed(FileIo& io, const std::string& path) {
    for (const std::string_view suffix : packed_suffixes) {
        const auto there = io.look(path + std::string(suffix));
        if (!there) return there.error();
        if (*there) return true;
    }
    return false;
}

/// A directory that we may not open, or that knows no flush: not one that we made something in.
bool is_of_others(const Error& error) {
    return error.code() == errc::permission_denied || error.code() == errc::invalid_argument ||
           error.code() == errc::read_only_file_system;
}

}  // namespace

Written write_all(File& file, std::uint64_t at, std::string_view bytes) {
    constexpr std::size_t piece = 1024 * 1024;  // larger writes are dearer per byte
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto taken = file.write_at(at + done, bytes.substr(done, piece));
        if (!taken) return Written(done, taken.error());
        if (*taken == 0)
            return Written(done, Error(ErrorKind::transient, "the file takes no more bytes", make_error_code(errc::io_error)));
        done += *taken;
    }
    return Written(done);
}

bool is_full(const Error& error) {
    return error.code() == errc::no_space_on_device || error.code() == errc::file_too_large ||
           error.code() == boost::system::error_code(EDQUOT, boost::system::system_category());
}

bool is_taken(const Error& error) { return error.code() == errc::file_exists; }

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> make_directories(FileIo& io, const std::string& base, const std::string& path) {
    for (auto slash = path.find('/', base.size()); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string directory = path.substr(0, slash);
        const auto made = io.make_directory(directory);
        if (!made) return made;
        // Also if it was there: whoever made it may have been killed before this.
        const auto flushed = io.flush_directory(directory_of(directory));
        if (!flushed) return flushed;
    }
    return {};
}

Result<void> make_base(FileIo& io, const std::string& base) {
    std::size_t there = 0;
    for (auto slash = base.find('/', 1); slash != std::string::npos; slash = base.find('/', slash + 1)) {
        const auto found = io.look(base.substr(0, slash));
        if (!found) return found.error();
        if (!*found) break;
        there = slash;
    }
    if (there != 0) {
        // Whoever made the last of them may have been killed before its entry was on disk.
        const auto flushed = io.flush_directory(directory_of(base.substr(0, there)));
        if (!flushed && !is_of_others(flushed.error())) return flushed;
    }
    return make_directories(io, base.substr(0, there + 1), base);
}

Result<void> check_trust(FileIo& io, const std::string& base) {
    const auto network = io.network_file_system(directory_of(base));
    if (!network) return {};
    return Error(ErrorKind::rejected, base + " is on " + *network +
                                          ", whose flushes and inode numbers cannot be relied on: write to a disk of this "
                                          "machine, or say delivery: at_least_once");
}

Result<NewFile> make_next_file(FileIo& io, const StreamPath& stream, const std::optional<GivenName>& last, UtcTime now,
                               mode_t mode) {
    GivenName name = next_name(stream, last, now);
    const auto directories = make_directories(io, stream.base(), name.path(stream));
    if (!directories) return directories.error();
    for (;; name = name.next()) {
        const std::string path = name.path(stream);
        const auto there = io.look(path);
        if (!there) return there.error();
        if (stream.is_single()) return *there ? adopt(io, path, name, mode) : create(io, path, name, mode);
        const auto packed = is_packed(io, path);
        if (!packed) return packed.error();
        // An empty file is left over when a crash came before its row was committed.
        const bool empty = *there && (*there)->regular && (*there)->size == 0;
        if (*packed || (*there && !empty)) continue;
        auto made = empty ? adopt(io, path, name, mode) : create(io, path, name, mode);
        if (!made && is_taken(made.error())) continue;
        return made;
    }
}

Result<NewFile> make_file(FileIo& io, const StreamPath& stream, const std::string& path, GivenName name, mode_t mode) {
    const auto directories = make_directories(io, stream.base(), path);
    if (!directories) return directories.error();
    auto made = create(io, path, name, mode);
    if (made || !is_taken(made.error())) return made;
    // A crash came between its making and its row: left empty, it would send the lines to a name where no reader saw them
    // before.
    const auto there = io.look(path);
    if (!there) return there.error();
    if (!*there || !(*there)->regular || (*there)->size != 0) return made;
    return adopt(io, path, name, mode);
}

Result<std::string> read_tail(File& file, std::uint64_t end) {
    constexpr std::uint64_t longest = 64;
    const std::uint64_t size = std::min(end, longest);
    return file.read_at(end - size, size);
}

bool lacks_line_break(std::string_view tail) { return !tail.empty() && tail.back() != '\n'; }

}  // namespace oktail
