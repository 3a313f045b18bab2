#pragma once

#include <oktail/sink/sink_factory.hpp>

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace oktail {

enum class EventFormat : std::uint8_t { raw, envelope };
enum class Delivery : std::uint8_t { exactly_once, at_least_once };
enum class Fsync : std::uint8_t { every_second, page, never };

/// The keys of a file sink.
class FileOptions : public SinkOptions {
public:
    std::string path;  ///< with {tenant}, {label.NAME} and strftime, all of it checked
    EventFormat format = EventFormat::raw;
    Delivery delivery = Delivery::exactly_once;
    Fsync fsync = Fsync::every_second;
    mode_t mode = 0640;
};

}  // namespace oktail
