#include "sink/stdout/stdout_options.hpp"

#include "config/key_check.hpp"

namespace oktail {

const KeyTable& stdout_keys() {
    static const KeyTable keys{event_format_key()};
    return keys;
}

std::shared_ptr<const StdoutOptions> parse_stdout_options(const ConfigNode& sink, const Environment&, Problems& problems) {
    if (!check_keys(sink, stdout_keys(), problems)) return nullptr;
    auto options = std::make_shared<StdoutOptions>();
    options->format = read_event_format(Section(&sink, stdout_keys()));
    return options;
}

}  // namespace oktail
