#pragma once

#include "sink/options/event_format.hpp"

#include <oktail/config/config.hpp>

#include <memory>
#include <string_view>

namespace oktail {

/// The keys of a sink that writes to standard output.
class StdoutOptions : public SinkOptions {
public:
    /// Two writers would tear each other's lines.
    std::string_view sole_use_of() const override { return "standard output"; }

    EventFormat format = EventFormat::raw;

    bool is_same_as(const SinkOptions& other) const override {
        const auto* same = dynamic_cast<const StdoutOptions*>(&other);
        return same && format == same->format;
    }
};

const KeyTable& stdout_keys();
/// Pure; adds every problem. nullptr if there were any.
std::shared_ptr<const StdoutOptions> parse_stdout_options(const ConfigNode& sink, const Environment& environment,
                                                          Problems& problems);

}  // namespace oktail
