#include "route/dead_letters.hpp"

#include "core/time_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace oktail {
namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

Error failed(const std::string& what, const std::filesystem::path& path, int number) {
    const boost::system::error_code code(number, boost::system::system_category());
    return Error(ErrorKind::transient, "dead letters: " + what + " " + path.string() + ": " + code.message(), code);
}

Result<void> append(const std::filesystem::path& path, const std::string& line) {
    std::error_code ec;
    std::filesystem::create_directories(path.parent_path(), ec);
    if (ec) return failed("creating", path.parent_path(), ec.value());
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return failed("opening", path, errno);
    struct stat stat{};
    if (::fstat(file.get(), &stat) != 0) return failed("looking at", path, errno);
    if (static_cast<std::uint64_t>(stat.st_size) + line.size() > DeadLetters::most_bytes)
        return Error(ErrorKind::transient, "dead letters: " + path.string() + " is full; move it away to go on");
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t n = ::write(file.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("writing", path, errno);
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fdatasync(file.get()) != 0) return failed("flushing", path, errno);
    if (stat.st_size == 0) {
        const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed("flushing", path.parent_path(), errno);
    }
    return {};
}

}  // namespace

DeadLetters::DeadLetters(std::filesystem::path directory, const Clock& clock)
    : directory_(std::move(directory)), clock_(clock) {}

asio::awaitable<Result<void>> DeadLetters::add(RouteId route, std::string reason, std::string event) {
    auto path = directory_ / route.tenant() / (route.sink() + ".ndjson");
    auto line = dead_letter_line(clock_.utc_now(), reason, event);
    auto job = [path = std::move(path), line = std::move(line)] { return append(path, line); };
    co_return co_await pool_.run(std::move(job));
}

std::string dead_letter_line(UtcTime when, std::string_view reason, std::string_view event) {
    // Boost.JSON escapes quotes and controls; bytes that are no UTF-8 stay as they are, so nothing of the event is lost.
    std::string line = "{\"time\":\"" + rfc3339(when) + "\",\"reason\":";
    line += boost::json::serialize(boost::json::string_view(reason.data(), reason.size()));
    line += ",\"event\":";
    line += boost::json::serialize(boost::json::string_view(event.data(), event.size()));
    line += "}\n";
    return line;
}

}  // namespace oktail
