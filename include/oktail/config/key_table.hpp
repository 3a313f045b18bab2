#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// Where a piece of configuration stands. Lines and columns count from 1.
class ConfigPlace {
public:
    ConfigPlace() = default;
    ConfigPlace(std::shared_ptr<const std::string> file, int line, int column)
        : file(std::move(file)), line(line), column(column) {}

    std::shared_ptr<const std::string> file;
    int line = 0;
    int column = 0;
};

/// A YAML value with its place, free of yaml-cpp: scalars are text until a key's type reads them.
class ConfigNode {
public:
    enum class Kind : std::uint8_t { null, scalar, list, map };
    struct Entry;

    Kind kind = Kind::null;
    ConfigPlace place;
    std::string text;               ///< of a scalar, after interpolation
    std::vector<ConfigNode> items;  ///< of a list
    std::vector<Entry> entries;     ///< of a map, in file order, names unique

    /// nullptr if this is no map or has no such entry.
    const ConfigNode* find(std::string_view name) const;
};

struct ConfigNode::Entry {
    std::string name;
    ConfigPlace place;  ///< of the name
    ConfigNode value;
};

/// Everything wrong with a configuration, all at once.
class Problems {
public:
    struct Problem {
        ConfigPlace place;
        std::string key;     ///< "tenants[0].auth.client_id"
        std::string what;    ///< what is wrong
        std::string advice;  ///< what to do
    };

    void add(const ConfigPlace& place, std::string key, std::string what, std::string advice);
    bool empty() const noexcept { return problems_.empty(); }
    const std::vector<Problem>& all() const noexcept { return problems_; }
    /// "file:line:col: key: what; advice", a line each, in file order.
    std::string text() const;

private:
    std::vector<Problem> problems_;
};

enum class KeyType : std::uint8_t {
    text,
    choice,
    boolean,
    integer,
    fraction,
    duration,
    size,
    time,
    file_mode,
    path,
    list,
    map
};

/// One key of the configuration: from this row it is read, checked, documented, and put into the schema.
class Key {
public:
    std::string_view name;
    KeyType type = KeyType::text;
    std::string_view fallback;  ///< as one would write it; empty: none
    bool required = false;
    std::string_view constraint;   ///< "1..1000", "raw | envelope", a pattern: what the type does not say; checked
    std::string_view description;  ///< a sentence for people
};

using KeyTable = std::vector<Key>;

}  // namespace oktail
