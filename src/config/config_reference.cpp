#include "config/config_reference.hpp"

#include "config/tables.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace oktail {
namespace {

std::string_view words_for(KeyType type) {
    switch (type) {
        case KeyType::text: return "text";
        case KeyType::name: return "name";
        case KeyType::choice: return "one of";
        case KeyType::integer: return "whole number";
        case KeyType::fraction: return "fraction";
        case KeyType::duration: return "duration";
        case KeyType::size: return "size";
        case KeyType::start: return "place in the log";
        case KeyType::file_mode: return "mode of a file";
        case KeyType::listen: return "address and port, unix:PATH, or off";
        case KeyType::path: return "path";
        case KeyType::list: return "list";
        case KeyType::labels: return "map of names to texts";
        case KeyType::texts: return "map of texts";
        case KeyType::map: return "map";
        case KeyType::maps: return "list of maps";
        case KeyType::sinks: return "map of names to maps";
        case KeyType::routes: return "list of names or maps";
    }
    return {};
}

/// "duration, 100ms to 1h", "one of auto, text, json"
std::string value_of(const Key& key) {
    std::string out(words_for(key.type));
    if (key.type == KeyType::choice) {
        for (const std::string_view word : choices_of(key.constraint))
            out.append(out.ends_with("of") ? " " : ", ").append(word);
    } else if (const auto dots = key.constraint.find(".."); dots != std::string_view::npos) {
        out.append(key.type == KeyType::list ? " of " : ", ").append(key.constraint.substr(0, dots)).append(" to ");
        out.append(key.constraint.substr(dots + 2));
    }
    return out;
}

/// Whether the key, or one below it, has a value where nothing is written.
bool is_live(const Key& key) {
    return !key.fallback.empty() || (key.type == KeyType::map && std::ranges::any_of(*key.keys, is_live));
}

class YamlText {
public:
    void keys(const KeyTable& keys, const std::string& indent, bool live) {
        for (const Key& key : keys) this->key(key, indent, live && is_live(key));
    }
    void key(const Key& key, const std::string& indent, bool live) {
        comment(std::string(key.description) + " (" + value_of(key) + (key.required ? ", required)" : ")"), indent);
        const std::string_view value = key.keys ? std::string_view() : key.fallback.empty() ? key.example : key.fallback;
        line(indent, live, std::string(key.name) + ":" + (value.empty() ? "" : " ") + std::string(value));
        const bool list = key.type == KeyType::maps || key.type == KeyType::routes;
        if (list) line(indent + "  ", false, "-");
        if (key.keys) this->keys(*key.keys, indent + (list ? "    " : "  "), live);
    }
    /// What is not live is commented out, without a blank, which tells it from comments.
    void line(const std::string& indent, bool live, std::string_view text) {
        out_.append(indent).append(live ? "" : "#").append(text).append("\n");
    }
    void comment(std::string_view text, const std::string& indent) {
        constexpr std::size_t widest = 100;
        while (!text.empty()) {
            const auto blank = text.size() <= widest ? std::string_view::npos : text.rfind(' ', widest);
            out_.append(indent).append("# ").append(text.substr(0, blank)).append("\n");
            text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
        }
    }
    void blank_line() { out_ += '\n'; }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

class Markdown {
public:
    static constexpr std::string_view top = "Top level";

    void section(const std::string& title, const KeyTable& keys) {
        out_.append("\n## ").append(title).append("\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
        for (const Key& key : keys) row(key);
        for (const Key& key : keys)
            if (key.keys && key.name != "defaults") section(title_below(title, key), *key.keys);
    }
    void text(std::string_view text) { out_ += text; }
    std::string take() { return std::move(out_); }

private:
    static std::string title_below(const std::string& title, const Key& key) {
        const auto end = title.find('`', 1);  // of the way to the section; what follows says of which type
        const std::string inside = title == top ? std::string() : title.substr(1, end - 1) + ".";
        const std::string rest = title == top ? std::string() : title.substr(end + 1);
        const bool list = key.type == KeyType::maps || key.type == KeyType::routes;
        return "`" + inside + std::string(key.name) + (list ? "[]`" : "`") + rest;
    }
    void row(const Key& key) {
        out_.append("| `").append(key.name).append("` | ").append(value_of(key)).append(" | ");
        if (key.required) out_ += "required";
        else if (!key.fallback.empty()) out_.append("`").append(key.fallback).append("`");
        out_.append(" | ").append(key.description);
        if (!key.example.empty() && key.type != KeyType::choice) out_.append(" Such as `").append(key.example).append("`.");
        out_ += " |\n";
    }

    std::string out_;
};

constexpr std::string_view introduction = R"(# Configuration

This page is made from the tables that oktail reads its configuration by; a test compares the two. `oktail check` says what is
wrong with a configuration, all at once, each with file, line and column. `oktail config defaults` prints these keys as YAML.
`config/oktail.yaml` is the smallest useful configuration, `config/oktail.full.yaml` has every key.

How values are written:

- durations: `500ms`, `10s`, `5m`, `24h`, `7d`; sizes: bytes, or `64KiB`, `10MiB`, `1GiB`; fractions: `0.5`
- names: small letters, digits, `-` and `_`, at most 63, beginning with a letter or a digit
- places in the log: `now`, `earliest` (Okta keeps 90 days), `-24h`, `2026-01-05T08:00:00Z`
- `${NAME}` and `${NAME:-default}` are put in from the environment, in values only; `$$` is a dollar
- paths that are not absolute count from the directory of the file they stand in
- secrets never stand here: keys that end in `_file` or `_files` name files that only their owner and group can read

Keys that are not listed, keys given twice, aliases, anchors and tags are errors.
)";

}  // namespace

std::string config_defaults(const SinkTypes& types) {
    YamlText yaml;
    yaml.comment("Every key of oktail with its default. What has none is commented out, with an example.", {});
    for (const Key& key : root_keys()) {
        yaml.blank_line();
        yaml.key(key, {}, is_live(key));
        if (key.type != KeyType::sinks) continue;
        for (const SinkType& type : types) {
            const bool is_first = type.name == types.front().name;  // the example of a tenant names that one
            yaml.line("  ", false, is_first ? "archive:" : std::string(type.name) + ":");
            yaml.line("    ", false, "type: " + std::string(type.name));
            yaml.keys(*type.keys, "    ", false);
        }
    }
    return yaml.take();
}

std::string config_reference(const SinkTypes& types) {
    Markdown markdown;
    markdown.text(introduction);
    markdown.section(std::string(Markdown::top), root_keys());
    for (const SinkType& type : types) markdown.section("`sinks.NAME` with `type: " + std::string(type.name) + "`", *type.keys);
    return markdown.take();
}

}  // namespace oktail
