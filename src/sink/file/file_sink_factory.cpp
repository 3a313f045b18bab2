#include "sink/file/file_sink_factory.hpp"

#include "sink/file/file_options.hpp"
#include "sink/file/file_sink.hpp"
#include "sink/file/posix_file_io.hpp"
#include "sink/file/recovery.hpp"

namespace oktail {

const KeyTable& FileSinkFactory::keys() const { return file_keys(); }

std::shared_ptr<const SinkOptions> FileSinkFactory::parse(const ConfigNode& sink, Problems& problems) const {
    return parse_file_options(sink, problems);
}

asio::awaitable<Result<void>> FileSinkFactory::recover(SinkDeps deps) const {
    return recover_files(std::move(deps), posix_file_io());
}

std::unique_ptr<Sink> FileSinkFactory::make(std::string name, std::shared_ptr<const SinkOptions> options, SinkDeps deps) const {
    return std::make_unique<FileSink>(std::move(name), std::static_pointer_cast<const FileOptions>(std::move(options)),
                                      std::move(deps), posix_file_io());
}

}  // namespace oktail
