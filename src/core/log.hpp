#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace oktail::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error };

/// Whom a line is about: on every line of a tenant and of a route. Empty for the daemon itself.
class Scope {
public:
    Scope() = default;
    explicit Scope(std::string tenant, std::string sink = {}) : tenant(std::move(tenant)), sink(std::move(sink)) {}

    std::string tenant;
    std::string sink;
};

/// A name and a value beside the message. Text of a peer goes through quote() first; a Secret does not convert.
class Field {
public:
    Field(std::string_view key, std::string value) : key(key), value(std::move(value)) {}
    Field(std::string_view key, std::string_view value) : key(key), value(value) {}
    Field(std::string_view key, const char* value) : key(key), value(value) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    Field(std::string_view key, Number number) : key(key), value(std::to_string(number)), bare(true) {}

    std::string_view key;
    std::string value;
    bool bare = false;  ///< a number: no quotes in JSON
};
using Fields = std::initializer_list<Field>;

/// Before the first line; without it lines of info and above go to stderr as text. `level` is an enumerator's name.
void setup(std::string_view level, bool json);
bool enabled(Level level);

/// Warnings and errors that say the same of the same scope are written once per 10 s, with how often they came meanwhile.
void write(Level level, const Scope& scope, std::string_view message, Fields fields = {});
inline void debug(const Scope& scope, std::string_view message, Fields fields = {}) {
    write(Level::debug, scope, message, fields);
}
inline void info(const Scope& scope, std::string_view message, Fields fields = {}) {
    write(Level::info, scope, message, fields);
}
inline void warn(const Scope& scope, std::string_view message, Fields fields = {}) {
    write(Level::warn, scope, message, fields);
}
inline void error(const Scope& scope, std::string_view message, Fields fields = {}) {
    write(Level::error, scope, message, fields);
}

void flush();

/// Where lines go besides stderr while it lives: for tests. One at a time.
class Capture {
public:
    Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    ~Capture();
    /// All lines so far, as text.
    std::string text() const;
};

}  // namespace oktail::log
