#pragma once

#include "sink/options/delivery.hpp"
#include "sink/options/event_format.hpp"

#include <oktail/config/config.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

enum class Fsync : std::uint8_t { every_second, page, never };
enum class Packing : std::uint8_t { none, zstd, gzip };

/// When a stream goes on in a new file, and what becomes of the old ones.
struct Rotation {
    std::uint64_t size = 0;  ///< bytes from which on a file is closed; 0: whatever its size
    Packing compress = Packing::none;
    std::chrono::milliseconds keep{};  ///< since the last write; 0: for ever

    /// Files that are finished still need something done to them.
    bool has_work_left() const noexcept { return compress != Packing::none || keep.count() != 0; }
    bool operator==(const Rotation&) const = default;
};

/// The keys of a file sink.
struct FileKeys {
    std::string path;  ///< with {tenant}, {label.NAME} and strftime, all of it checked
    EventFormat format = EventFormat::raw;
    Delivery delivery = Delivery::exactly_once;
    Fsync fsync = Fsync::every_second;
    Rotation rotate;
    mode_t mode = 0640;
    bool operator==(const FileKeys&) const = default;
};

class FileOptions : public SinkOptions, public FileKeys {
public:
    std::string_view path_template() const override { return path; }
    bool is_same_as(const SinkOptions& other) const override {
        const auto* same = dynamic_cast<const FileKeys*>(&other);
        return same && *this == *same;
    }
};

const KeyTable& file_keys();
/// Pure; adds every problem. nullptr if there were any.
std::shared_ptr<const FileOptions> parse_file_options(const ConfigNode& sink, const Environment& environment,
                                                      Problems& problems);

}  // namespace oktail
