#include "config/key_check.hpp"

#include "config/suggestion.hpp"
#include "config/values.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace oktail {
namespace {

using Kind = ConfigNode::Kind;

/// Names under which people write a secret itself.
bool names_a_secret(std::string_view key) {
    constexpr std::array secrets{"secret",       "client_secret", "client_secrets", "password", "passphrase", "token",
                                 "access_token", "api_token",     "api_key",        "ssws",     "private_key"};
    return std::ranges::find(secrets, key) != secrets.end();
}

/// The ends of "least..most".
std::pair<std::string_view, std::string_view> ends_of(std::string_view constraint) {
    const auto dots = constraint.find("..");
    return {constraint.substr(0, dots), constraint.substr(dots + 2)};
}

Kind kind_of(KeyType type) {
    switch (type) {
        case KeyType::list:
        case KeyType::maps:
        case KeyType::routes: return Kind::list;
        case KeyType::labels:
        case KeyType::texts:
        case KeyType::map:
        case KeyType::sinks: return Kind::map;
        default: return Kind::scalar;
    }
}

class KeyCheck {
public:
    explicit KeyCheck(Problems& problems) : problems_(problems) {}

    void keys(const ConfigNode& map, const KeyTable& keys) {
        for (const auto& entry : map.entries) {
            const auto key = std::ranges::find(keys, std::string_view(entry.name), &Key::name);
            if (key == keys.end()) unknown(entry, keys);
            else value(entry.value, *key);
        }
        for (const Key& key : keys)
            if (key.required && !map.find(key.name)) missing(map, key);
    }

private:
    void unknown(const ConfigNode::Entry& entry, const KeyTable& keys) {
        std::vector<std::string_view> known;
        for (const Key& key : keys) known.push_back(key.name);
        if (names_a_secret(entry.name))
            problems_.add(entry.place, "a secret must not stand in the configuration",
                          "put it into a file of its own (chmod 0600) and name that: client_secret_files: [acme.secret]");
        else problems_.add(entry.place, "unknown key", suggestion(entry.name, known));
    }

    void missing(const ConfigNode& map, const Key& key) {
        ConfigPlace place = map.place;
        place.key.append(place.key.empty() ? "" : ".").append(key.name);
        problems_.add(place, "is missing", "add it, such as " + std::string(key.name) + ": " + std::string(key.example));
    }

    void value(const ConfigNode& node, const Key& key) {
        if (!has_kind(node, key)) return;
        switch (key.type) {
            case KeyType::list: return list(node, key);
            case KeyType::map: return keys(node, *key.keys);
            case KeyType::labels:
                names(node);
                for (const auto& entry : node.entries) value(entry.value, Key{.name = entry.name});
                return;
            case KeyType::texts: return;
            case KeyType::sinks:
                names(node);
                for (const auto& entry : node.entries) map(entry.value);
                return;
            case KeyType::maps:
                for (const ConfigNode& item : node.items)
                    if (map(item) && key.keys) keys(item, *key.keys);
                return;
            case KeyType::routes:
                for (const ConfigNode& item : node.items) {
                    if (item.kind == Kind::scalar) value(item, Key{.type = KeyType::name});
                    else if (map(item)) keys(item, *key.keys);
                }
                return;
            default: return scalar(node, key);
        }
    }

    bool has_kind(const ConfigNode& node, const Key& key) {
        const Kind wanted = kind_of(key.type);
        // A list or map whose entries are all commented out is an empty one.
        if (node.kind == Kind::null && wanted != Kind::scalar && !key.required) return false;
        if (wanted == Kind::map) return map(node);
        if (node.kind == wanted || node.kind == Kind::broken) return node.kind == wanted;
        if (wanted == Kind::list)
            problems_.add(node.place, "must be a list", "write it in brackets, or one entry a line, each behind a dash");
        else if (node.kind == Kind::null) problems_.add(node.place, "has no value", "write one, or remove the key");
        else problems_.add(node.place, "must be one value", "write it on this line, without brackets or dashes");
        return false;
    }

    bool map(const ConfigNode& node) {
        if (node.kind != Kind::map && node.kind != Kind::broken)
            problems_.add(node.place, "must be a map", "write its keys below it, indented, each with a colon");
        return node.kind == Kind::map;
    }

    void names(const ConfigNode& map) {
        for (const auto& entry : map.entries) name(entry.place, entry.name);
    }

    void name(const ConfigPlace& place, const std::string& text) {
        if (!is_name(text))
            problems_.add(place, quote(text, 64) + " is no name",
                          "write small letters, digits, - and _, at most 63, beginning with a letter or a digit");
    }

    void text(const ConfigNode& node) {
        if (node.text.empty()) problems_.add(node.place, "is empty", "write a value, or remove the key");
    }

    void list(const ConfigNode& node, const Key& key) {
        for (const ConfigNode& item : node.items) value(item, Key{});
        if (key.constraint.empty()) return;
        const auto [least, most] = ends_of(key.constraint);
        if (node.items.size() < *parse_integer(least) || node.items.size() > *parse_integer(most))
            problems_.add(node.place, "has " + std::to_string(node.items.size()) + " entries",
                          "write " + std::string(least) + " to " + std::string(most));
    }

    void scalar(const ConfigNode& node, const Key& key) {
        switch (key.type) {
            case KeyType::name: return name(node.place, node.text);
            case KeyType::choice: return choice(node, key);
            case KeyType::integer:
                return amount(node, key, parse_integer, "whole number", "write decimal digits, without a leading zero");
            case KeyType::fraction: return amount(node, key, parse_fraction, "fraction", "write a number such as 0.5");
            case KeyType::duration:
                return amount(node, key, parse_duration, "duration",
                              "write a number and its unit, such as 500ms, 10s, 5m, 24h or 7d");
            case KeyType::size:
                return amount(node, key, parse_size, "size",
                              "write bytes, or a number and its unit, such as 64KiB, 10MiB or 1GiB");
            case KeyType::start:
                return understood(node, parse_start(node.text).has_value(), "place in the log",
                                  "write now, earliest, a span back such as -24h, or a time such as 2026-01-05T08:00:00Z");
            case KeyType::file_mode:
                return understood(node, parse_file_mode(node.text).has_value(), "mode of a file",
                                  R"(write octal digits such as "0640": the owner reads and writes, others do not write)");
            case KeyType::listen:
                return understood(
                    node, parse_listen(node.text).has_value(), "address to listen on",
                    "write an IP address and a port such as 127.0.0.1:9464, or unix:/run/oktail/admin.sock, or off");
            default: return text(node);
        }
    }

    void choice(const ConfigNode& node, const Key& key) {
        const auto words = choices_of(key.constraint);
        if (std::ranges::find(words, node.text) == words.end())
            problems_.add(node.place, quote(node.text, 64) + " is not accepted", suggestion(node.text, words));
    }

    /// What `parse` makes of the text must lie between the ends of the constraint.
    template <class Parse>
    void amount(const ConfigNode& node, const Key& key, Parse parse, const char* kind, const char* advice) {
        const auto value = parse(node.text);
        if (!value) return understood(node, false, kind, advice);
        const auto [least, most] = ends_of(key.constraint);
        if (*value < *parse(least) || *value > *parse(most))
            problems_.add(node.place, quote(node.text, 64) + " is out of range",
                          "write " + std::string(least) + " to " + std::string(most));
    }

    void understood(const ConfigNode& node, bool yes, const char* kind, const char* advice) {
        if (!yes) problems_.add(node.place, quote(node.text, 64) + " is no " + kind, advice);
    }

    Problems& problems_;
};

}  // namespace

bool check_keys(const ConfigNode& map, const KeyTable& keys, Problems& problems) {
    Problems found;
    KeyCheck(found).keys(map, keys);
    problems.add(found);
    return found.empty();
}

}  // namespace oktail
