#include "core/log.hpp"

#include "core/assert.hpp"
#include "core/steady_clock.hpp"
#include "core/time_text.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

namespace oktail::log {
namespace {

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warn", "error"};
constexpr std::chrono::seconds fold_window{10};

/// spdlog writes and locks; the line is ours, since it is JSON or text by configuration.
struct Output {
    std::shared_ptr<spdlog::logger> logger = [] {
        auto made = std::make_shared<spdlog::logger>("oktail", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    std::atomic<Level> level{Level::info};
    std::atomic<bool> json{false};
    std::mutex capture_mutex;
    std::string* captured = nullptr;
};

Output& output() {
    static Output one;
    return one;
}

/// Folds what is said again and again.
class Folding {
public:
    /// nullopt: leave the line out; otherwise how many were left out before it.
    std::optional<std::uint64_t> admit(const std::string& line) {
        const std::lock_guard lock(mutex_);
        const SteadyTime now = clock_.now();
        if (seen_.size() > most_seen) seen_.clear();
        const auto [it, fresh] = seen_.try_emplace(line, Seen{now, 0});
        if (fresh) return 0;
        if (now - it->second.at < fold_window) {
            ++it->second.left_out;
            return std::nullopt;
        }
        it->second.at = now;
        return std::exchange(it->second.left_out, 0);
    }

private:
    static constexpr std::size_t most_seen = 4'096;
    struct Seen {
        SteadyTime at;
        std::uint64_t left_out;
    };
    SteadyClock clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, Seen> seen_;
};

void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr char hex[] = "0123456789abcdef";
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_field(std::string& out, bool json, std::string_view key, std::string_view value, bool bare) {
    if (json) {
        out += ',';
        append_json(out, key);
        out += ':';
        if (bare) out += value;
        else append_json(out, value);
        return;
    }
    out += ' ';
    out += key;
    out += '=';
    if (value.find_first_of(" \"=") == std::string_view::npos && !value.empty()) {
        out += value;
    } else {
        append_json(out, value);
    }
}

std::string line_of(bool json, Level level, const Scope& scope, std::string_view message, Fields fields,
                    std::uint64_t repeated) {
    std::string out;
    const std::string time = rfc3339(SteadyClock().utc_now());
    const std::string_view name = level_names[static_cast<std::size_t>(level)];
    if (json) {
        out.append("{\"time\":\"").append(time).append("\",\"level\":\"").append(name).append("\",\"message\":");
        append_json(out, message);
    } else {
        out.append(time).append(" ").append(name).append(name.size() == 4 ? "  " : " ").append(message);
    }
    if (!scope.tenant.empty()) append_field(out, json, "tenant", scope.tenant, false);
    if (!scope.sink.empty()) append_field(out, json, "sink", scope.sink, false);
    for (const Field& field : fields) append_field(out, json, field.key, field.value, field.bare);
    if (repeated != 0) append_field(out, json, "repeated", std::to_string(repeated), true);
    if (json) out += '}';
    return out;
}

}  // namespace

void setup(std::string_view level, bool json) {
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == level) output().level = static_cast<Level>(i);
    output().json = json;
}

bool enabled(Level level) { return level >= output().level; }

void write(Level level, const Scope& scope, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    static Folding folding;
    std::uint64_t repeated = 0;
    if (level >= Level::warn) {
        std::string key = scope.tenant + '\n' + scope.sink + '\n' + std::string(message);
        for (const Field& field : fields)
            if (!field.bare) key.append("\n").append(field.value);
        const auto admitted = folding.admit(key);
        if (!admitted) return;
        repeated = *admitted;
    }
    Output& out = output();
    const std::string line = line_of(out.json, level, scope, message, fields, repeated);
    out.logger->log(spdlog::level::critical, line);
    const std::lock_guard lock(out.capture_mutex);
    if (out.captured) out.captured->append(line).append("\n");
}

void flush() { output().logger->flush(); }

Capture::Capture() {
    Output& out = output();
    const std::lock_guard lock(out.capture_mutex);
    OKTAIL_ASSERT(!out.captured);
    out.captured = new std::string;
}

Capture::~Capture() {
    Output& out = output();
    const std::lock_guard lock(out.capture_mutex);
    delete out.captured;
    out.captured = nullptr;
}

std::string Capture::text() const {
    Output& out = output();
    const std::lock_guard lock(out.capture_mutex);
    return *out.captured;
}

}  // namespace oktail::log

namespace oktail {

void assertion_failed(const char* condition, const char* file, int line) {
    log::error({}, "assertion failed", {{"condition", condition}, {"file", file}, {"line", line}});
    log::flush();
    std::abort();
}

}  // namespace oktail
