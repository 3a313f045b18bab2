#pragma once

#include "config/config_reader.hpp"
#include "config/yaml_reader.hpp"
#include "sink/file/file_options.hpp"
#include "sink/kafka/kafka_options.hpp"
#include "sink/stdout/stdout_options.hpp"
#include "sink/syslog/syslog_options.hpp"

#include <map>
#include <string>

namespace oktail {

using Variables = std::map<std::string, std::string>;

inline Environment environment_of(Variables variables = {}) {
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

inline const SinkTypes& all_types() {
    static const SinkTypes types{{"file", file_keys(), parse_file_options},
                                 {"kafka", kafka_keys(), parse_kafka_options},
                                 {"stdout", stdout_keys(), parse_stdout_options},
                                 {"syslog", syslog_keys(), parse_syslog_options}};
    return types;
}

/// A configuration from text that stands in "oktail.yaml".
struct FromText {
    explicit FromText(const std::string& text, Variables variables = {}) {
        const Environment environment = environment_of(std::move(variables));
        auto root = read_yaml(text, "oktail.yaml", environment, problems);
        if (root) config = read_config(std::move(*root), environment, all_types(), problems);
    }
    Problems problems;
    Config config;
};

/// What `oktail check` would print.
inline std::string problems_of(const std::string& text, Variables variables = {}) {
    return FromText(text, std::move(variables)).problems.text();
}

}  // namespace oktail
