#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// The environment, or a test's idea of it.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Where a piece of configuration stands. Lines and columns count from 1; line 0 means the file as a whole.
class ConfigPlace {
public:
    ConfigPlace() = default;
    ConfigPlace(std::shared_ptr<const std::string> file, int line, int column, std::string key = {})
        : file(std::move(file)), line(line), column(column), key(std::move(key)) {}

    std::shared_ptr<const std::string> file;
    int line = 0;
    int column = 0;
    std::string key;  ///< the way to it from the top of its file: "tenants[0].auth.client_id"

    /// "file:line:column"
    std::string text() const;
};

/// A YAML value with its place, free of yaml-cpp: scalars are text until a key's type reads them.
class ConfigNode {
public:
    enum class Kind : std::uint8_t {
        null,
        scalar,
        list,
        map,
        broken  ///< unusable, and among the problems already: say no more about it
    };
    struct Entry;

    Kind kind = Kind::null;
    ConfigPlace place;
    std::string text;               ///< of a scalar, after interpolation
    std::vector<ConfigNode> items;  ///< of a list
    std::vector<Entry> entries;     ///< of a map, in file order, names unique

    /// nullptr if this is no map or has no such entry.
    const ConfigNode* find(std::string_view name) const;
    ConfigNode* find(std::string_view name);
};

struct ConfigNode::Entry {
    std::string name;
    ConfigPlace place;  ///< of the name
    ConfigNode value;
};

/// Everything wrong with a configuration, all at once: in file order, each thing once.
class Problems {
public:
    struct Problem {
        ConfigPlace place;
        std::string what;    ///< what is wrong
        std::string advice;  ///< what to do
    };
    struct InFileOrder {
        bool operator()(const Problem& a, const Problem& b) const;
    };

    /// What is not printable ASCII is escaped: a configuration forges no line of a log, whoever wrote it.
    void add(const ConfigPlace& place, std::string_view what, std::string_view advice);
    void add(const Problems& others) { problems_.insert(others.problems_.begin(), others.problems_.end()); }
    bool empty() const noexcept { return problems_.empty(); }
    const std::set<Problem, InFileOrder>& all() const noexcept { return problems_; }
    /// "file:line:column: key: what; advice", a line each.
    std::string text() const;

private:
    std::set<Problem, InFileOrder> problems_;
};

enum class KeyType : std::uint8_t {
    text,
    name,     ///< [a-z0-9][a-z0-9_-]{0,62}: names state, labels and files, so it is narrow
    choice,   ///< one word of the constraint
    integer,  ///< whole and decimal; "010" is refused, for nobody knows what was meant
    fraction,
    duration,   ///< 500ms, 10s, 5m, 24h, 7d
    size,       ///< bytes, 64KiB, 10MiB, 1GiB
    start,      ///< now, earliest, -24h, RFC 3339
    file_mode,  ///< octal digits
    listen,     ///< 127.0.0.1:9464, unix:/run/oktail/admin.sock, off
    path,       ///< relative ones count from the directory of the file they stand in
    list,       ///< of texts; the constraint is how many
    labels,     ///< a map of names to texts
    texts,      ///< a map of anything to texts, which is checked elsewhere
    map,        ///< of `keys`
    maps,       ///< a list of maps of `keys`, which may be checked elsewhere
    sinks,      ///< a map of names to maps whose `type` says what else they hold
    routes      ///< a list of names, or of maps of `keys`
};

class Key;
using KeyTable = std::vector<Key>;

/// One key of the configuration: from this row it is read, checked, documented, and put into the schema.
class Key {
public:
    std::string_view name = {};
    KeyType type = KeyType::text;
    std::string_view fallback = {};  ///< as one would write it; empty: none
    bool required = false;
    std::string_view constraint = {};   ///< "1..1000", "raw | envelope": what the type does not say; checked
    std::string_view example = {};      ///< where there is no fallback to show
    std::string_view description = {};  ///< for people
    const KeyTable* keys = nullptr;     ///< of a map, of each map in a list
};

}  // namespace oktail
