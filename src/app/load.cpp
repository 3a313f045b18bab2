#include "app/load.hpp"

#include "app/credentials.hpp"

#include <oktail/sink/sink_factory.hpp>

#include <cstdlib>

namespace oktail {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
}

std::filesystem::path default_config_path() { return environment("OKTAIL_CONFIG").value_or("/etc/oktail/oktail.yaml"); }

SinkTypes sink_types() {
    SinkTypes types;
    for (const SinkFactory* factory : all_sinks()) {
        const auto parse = [factory](const ConfigNode& sink, const Environment& environment, Problems& problems) {
            return factory->parse(sink, environment, problems);
        };
        types.emplace_back(factory->type(), factory->keys(), parse);
    }
    return types;
}

LoadedConfig load(const std::filesystem::path& path) {
    LoadedConfig loaded = load_config(path.string(), environment, sink_types());
    if (loaded.config) check_private_keys(*loaded.config, loaded.secrets);
    return loaded;
}

}  // namespace oktail
