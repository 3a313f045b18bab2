#include "sink/file/file_sink_factory.hpp"

#include "sink/file/file_options.hpp"
#include "sink/file/file_sink.hpp"
#include "sink/file/posix_file_io.hpp"
#include "sink/file/recovery.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace oktail {
namespace {

constexpr std::uintmax_t least_space = 64UL * 1024 * 1024;

}  // namespace

const KeyTable& FileSinkFactory::keys() const { return file_keys(); }

std::shared_ptr<const SinkOptions> FileSinkFactory::parse(const ConfigNode& sink, const Environment& environment,
                                                          Problems& problems) const {
    return parse_file_options(sink, environment, problems);
}

/// The deepest folder that is there must let us make the rest.
Result<std::string> FileSinkFactory::probe(const SinkOptions& options) const {
    const std::string_view path = options.path_template();
    std::filesystem::path folder = std::filesystem::path(path.substr(0, path.find_first_of("{%"))).parent_path();
    std::error_code ec;
    while (!std::filesystem::exists(folder, ec) && folder.has_relative_path()) folder = folder.parent_path();
    if (!std::filesystem::is_directory(folder, ec))
        return Error(ErrorKind::transient, folder.string() + " is no folder; move it away, or give the sink another path");
    if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        return Error(ErrorKind::transient, folder.string() + " cannot be written (" + std::generic_category().message(errno) +
                                               "); let the user that runs oktail write there, or run this as that user");
    const auto space = std::filesystem::space(folder, ec);
    if (!ec && space.available < least_space)
        return Error(ErrorKind::transient, folder.string() + " has less than 64 MiB left; make room there");
    return folder.string() + " can be written, " + std::to_string(space.available / (1024UL * 1024)) + " MiB are free";
}

asio::awaitable<Result<void>> FileSinkFactory::recover(SinkDeps deps) const {
    return recover_files(std::move(deps), posix_file_io());
}

std::unique_ptr<Sink> FileSinkFactory::make(std::string name, std::shared_ptr<const SinkOptions> options, SinkDeps deps) const {
    return std::make_unique<FileSink>(std::move(name), std::static_pointer_cast<const FileOptions>(std::move(options)),
                                      std::move(deps), posix_file_io());
}

}  // namespace oktail
