#include "sink/stdout/pipe_writer.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace oktail {
namespace {

Error failed(int number) {
    const boost::system::error_code code(number, boost::system::system_category());
    if (number == EPIPE) return Error(ErrorKind::transient, "nobody reads stdout", code);
    return Error(ErrorKind::transient, "cannot write to stdout: " + code.message(), code);
}

std::size_t piece_for(int fd) {
    constexpr std::size_t for_files = 1024 * 1024;
    struct stat found{};
    const bool is_file = ::fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
    return is_file ? for_files : PIPE_BUF;
}

}  // namespace

PipeWriter::PipeWriter(int fd) : fd_(fd), stopped_(::eventfd(0, EFD_CLOEXEC)), piece_(piece_for(fd)) {}

PipeWriter::~PipeWriter() { ::close(stopped_); }

PipeWriter::Taken PipeWriter::write(std::string_view lines) {
    Taken taken;
    std::size_t done = 0;
    taken.error = write_all(unended_, done);
    unended_.erase(0, done);
    if (taken.error) return taken;

    done = 0;
    taken.error = write_all(lines, done);
    taken.lines = static_cast<std::size_t>(std::count(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(done), '\n'));
    if (done != 0 && lines[done - 1] != '\n') unended_ = lines.substr(done, lines.find('\n', done) + 1 - done);
    return taken;
}

void PipeWriter::stop() {
    // It fails only when the counter is full: then whoever waits is awake already.
    static_cast<void>(::eventfd_write(stopped_, 1));
}

std::optional<Error> PipeWriter::write_all(std::string_view bytes, std::size_t& done) {
    while (done < bytes.size()) {
        if (auto error = wait_for_room()) return error;
        const std::string_view piece = bytes.substr(done, piece_);
        const ssize_t taken = ::write(fd_, piece.data(), piece.size());
        if (taken >= 0) done += static_cast<std::size_t>(taken);
        else if (errno != EINTR && errno != EAGAIN) return failed(errno);
    }
    return std::nullopt;
}

std::optional<Error> PipeWriter::wait_for_room() {
    std::array<pollfd, 2> wanted{pollfd{fd_, POLLOUT, 0}, pollfd{stopped_, POLLIN, 0}};
    while (::poll(wanted.data(), wanted.size(), -1) < 0)
        if (errno != EINTR) return failed(errno);
    if (wanted[1].revents != 0) return Error(ErrorKind::transient, "stdout is being closed");
    return std::nullopt;
}

}  // namespace oktail
