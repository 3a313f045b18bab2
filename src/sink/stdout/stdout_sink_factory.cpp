#include "sink/stdout/stdout_sink_factory.hpp"

#include "sink/stdout/stdout_options.hpp"
#include "sink/stdout/stdout_sink.hpp"

#include <unistd.h>

namespace oktail {

const KeyTable& StdoutSinkFactory::keys() const { return stdout_keys(); }

std::shared_ptr<const SinkOptions> StdoutSinkFactory::parse(const ConfigNode& sink, const Environment& environment,
                                                            Problems& problems) const {
    return parse_stdout_options(sink, environment, problems);
}

Result<std::string> StdoutSinkFactory::probe(const SinkOptions&) const { return "nothing can be wrong before it is written"; }

std::unique_ptr<Sink> StdoutSinkFactory::make(std::string, std::shared_ptr<const SinkOptions> options, SinkDeps) const {
    return std::make_unique<StdoutSink>(std::static_pointer_cast<const StdoutOptions>(std::move(options)), STDOUT_FILENO);
}

}  // namespace oktail
