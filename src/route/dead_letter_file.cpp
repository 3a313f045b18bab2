#include "route/dead_letter_file.hpp"

#include "core/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace oktail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 4U * 1024 * 1024;

Error failed(const std::string& what, const fs::path& path, int number) {
    const boost::system::error_code code(number, boost::system::system_category());
    return Error(ErrorKind::transient, "dead letters: " + what + " " + path.string() + ": " + code.message(), code);
}

Result<void> write_all(int file, std::string_view rest, const fs::path& path) {
    while (!rest.empty()) {
        const ssize_t n = ::write(file, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("writing", path, errno);
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

/// As many bytes as there are, up to `size`.
Result<std::string> read_at(int file, std::uint64_t at, std::size_t size, const fs::path& path) {
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n = ::pread(file, text.data() + done, size - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("reading", path, errno);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    text.resize(done);
    return text;
}

Result<void> flush_folder(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) return failed("flushing", folder, errno);
    return {};
}

Result<void> copy(int from, int to, const DeadLetterFile::Part& part, const fs::path& path) {
    for (std::uint64_t at = part.begin; at < part.end;) {
        const auto text = read_at(from, at, std::min<std::uint64_t>(piece, part.end - at), path);
        if (!text) return text.error();
        if (text->empty()) break;
        const auto written = write_all(to, *text, path);
        if (!written) return written;
        at += text->size();
    }
    return {};
}

}  // namespace

Result<void> DeadLetterFile::append(std::string_view line) const {
    std::error_code ec;
    fs::create_directories(path_.parent_path(), ec);
    if (ec) return failed("creating", path_.parent_path(), ec.value());
    const Descriptor file(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return failed("opening", path_, errno);
    struct stat stat{};
    if (::fstat(file.get(), &stat) != 0) return failed("looking at", path_, errno);
    const auto size = static_cast<std::uint64_t>(stat.st_size);
    if (size + line.size() > most_bytes)
        return Error(ErrorKind::transient,
                     "dead letters: " + path_.string() + " is full; replay them or move it away to go on");
    const auto last = read_at(file.get(), size == 0 ? 0 : size - 1, 1, path_);
    if (!last) return last.error();
    const bool torn = !last->empty() && *last != "\n";
    const auto written = write_all(file.get(), torn ? '\n' + std::string(line) : std::string(line), path_);
    if (!written) return written;
    if (::fdatasync(file.get()) != 0) return failed("flushing", path_, errno);
    return size == 0 ? flush_folder(path_.parent_path()) : Result<void>();
}

Result<std::string> DeadLetterFile::read(std::uint64_t from) const {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0 && errno == ENOENT) return std::string();
    if (file.get() < 0) return failed("opening", path_, errno);
    std::string text;
    for (;;) {
        auto more = read_at(file.get(), from + text.size(), piece, path_);
        if (!more) return more;
        text += *more;
        if (more->size() < piece) return text;
        const auto end = text.rfind('\n');
        if (end == std::string::npos) continue;  // one long line
        text.resize(end + 1);
        return text;
    }
}

Result<void> DeadLetterFile::keep(const std::vector<Part>& parts) const {
    if (parts.empty()) {
        if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return failed("removing", path_, errno);
        return flush_folder(path_.parent_path());
    }
    const Descriptor from(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (from.get() < 0) return failed("opening", path_, errno);
    const fs::path beside = path_.parent_path() / ('.' + path_.filename().string() + ".unfinished");
    const Descriptor to(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (to.get() < 0) return failed("opening", beside, errno);
    for (const Part& part : parts) {
        const auto copied = copy(from.get(), to.get(), part, path_);
        if (!copied) return copied;
    }
    if (::fsync(to.get()) != 0) return failed("flushing", beside, errno);
    if (::rename(beside.c_str(), path_.c_str()) != 0) return failed("renaming", beside, errno);
    return flush_folder(path_.parent_path());
}

}  // namespace oktail
