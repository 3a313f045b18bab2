#pragma once

#include <oktail/sink/sink.hpp>

#include "format/lines.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace oktail {

/// How a sink words an event: fixed bytes before and behind the ones Okta sent. Made once per route.
class LineFormat {
public:
    /// The event itself.
    static LineFormat raw();
    /// {"tenant":..,"labels":{..},"event":<raw bytes>}
    static LineFormat envelope(std::string_view tenant, const Labels& labels);

    /// Events [first, end) of the batch, a line each. An event holds no line break: the page was cut that way.
    Lines render(const Batch& batch, std::size_t first) const;

private:
    LineFormat(std::string before, std::string behind) : before_(std::move(before)), behind_(std::move(behind)) {}

    std::string before_;
    std::string behind_;  // with the LF
};

}  // namespace oktail
