#pragma once

#include <oktail/sink/sink_factory.hpp>

namespace oktail {

class KafkaSinkFactory : public SinkFactory {
public:
    std::string_view type() const override { return "kafka"; }
    const KeyTable& keys() const override;
    std::shared_ptr<const SinkOptions> parse(const ConfigNode& sink, const Environment& environment,
                                             Problems& problems) const override;
    Result<std::string> probe(const SinkOptions& options) const override;
    std::unique_ptr<Sink> make(std::string name, std::shared_ptr<const SinkOptions> options, SinkDeps deps) const override;
};

}  // namespace oktail
