// Any text is read and checked to its end, and what is said about it cannot forge a line or paint a terminal.
#include "config/config_reader.hpp"
#include "config/yaml_reader.hpp"
#include "sink/file/file_options.hpp"
#include "sink/kafka/kafka_options.hpp"
#include "sink/stdout/stdout_options.hpp"
#include "sink/syslog/syslog_options.hpp"

#include "fuzz/fuzz_check.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace oktail;
    static const SinkTypes types{{"file", file_keys(), parse_file_options},
                                 {"kafka", kafka_keys(), parse_kafka_options},
                                 {"stdout", stdout_keys(), parse_stdout_options},
                                 {"syslog", syslog_keys(), parse_syslog_options}};
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "SET") return "value";
        return std::nullopt;
    };

    Problems problems;
    auto root = read_yaml(fuzz_text(data, size), "f", environment, problems);
    if (root) read_config(std::move(*root), environment, types, problems);

    const std::string text = problems.text();
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    FUZZ_CHECK(root || !problems.empty());
    FUZZ_CHECK(lines == problems.all().size());
    FUZZ_CHECK(std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
    return 0;
}
