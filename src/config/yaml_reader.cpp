#include "config/yaml_reader.hpp"

#include "config/source_text.hpp"
#include "core/quote.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

namespace oktail {
namespace {

constexpr std::size_t most_bytes = 8 * 1024 * 1024;
constexpr std::size_t most_levels = 32;

/// As one writes it in "tenants[0].labels.customer"; a name that would forge such a path, or a line, is quoted.
std::string key_of(const std::string& parent, const std::string& name) {
    const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '.' && c != '[' && c != ':'; };
    const std::string part = !name.empty() && std::ranges::all_of(name, plain) ? name : quote(name, 64);
    return parent.empty() ? part : parent + "." + part;
}

/// Thrown through yaml-cpp when reading on makes no sense; the problem has been added.
class GaveUp {};

/// Builds the tree from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const std::string& file, const Environment& environment, Problems& problems)
        : file_(std::make_shared<const std::string>(file)), environment_(environment), problems_(problems) {
        root_.place = ConfigPlace(file_, 1, 1);
    }

    ConfigPlace place(const YAML::Mark& mark, std::string key = {}) const {
        return {file_, mark.line + 1, mark.column + 1, std::move(key)};
    }
    ConfigNode take() { return std::move(root_); }

private:
    /// A list or a map that is still open.
    struct Level {
        ConfigNode node;
        std::optional<ConfigNode::Entry> entry;  ///< of a map: a name whose value is still to come
        bool drops_entry = false;                ///< its name was refused
        std::unordered_set<std::string> names;
    };

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ == 0) return;
        problems_.add(place(mark), "a second YAML document begins here", "keep one document in a file: remove the line ---");
        throw GaveUp();
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        if (expects_name()) return refuse_name(mark);
        ConfigNode node = begin(mark, ConfigNode::Kind::null);
        // yaml-cpp reports the place of whatever comes next.
        if (!levels_.empty() && levels_.back().entry) {
            node.place.line = levels_.back().entry->place.line;
            node.place.column = levels_.back().entry->place.column;
        }
        add(std::move(node));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        problems_.add(next_place(mark), "an alias is not accepted here",
                      "write the value out; what all tenants share goes under defaults");
        if (expects_name()) return refuse_name(mark);
        add(begin(mark, ConfigNode::Kind::broken));
    }
    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        problems_.add(next_place(mark), "an anchor is not accepted here", "remove the & and its name");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        check_tag(mark, tag);
        if (value.find('\0') != std::string::npos) problems_.add(next_place(mark), "holds a NUL character", "remove the \\0");
        if (expects_name()) return begin_entry(mark, value);
        ConfigNode node = begin(mark, ConfigNode::Kind::scalar);
        auto text = interpolate(value, environment_, node.place, problems_);
        if (text) node.text = std::move(*text);
        else node.kind = ConfigNode::Kind::broken;
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        open(mark, tag, ConfigNode::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        open(mark, tag, ConfigNode::Kind::map);
    }
    void OnMapEnd() override { close(); }

    bool expects_name() const {
        return !levels_.empty() && levels_.back().node.kind == ConfigNode::Kind::map && !levels_.back().entry;
    }
    void refuse_name(const YAML::Mark& mark) {
        problems_.add(next_place(mark), "a key must be text", "write a plain word before the colon");
        levels_.back().entry = ConfigNode::Entry{{}, next_place(mark), {}};
        levels_.back().drops_entry = true;
    }
    void begin_entry(const YAML::Mark& mark, const std::string& name) {
        Level& level = levels_.back();
        const ConfigPlace at = place(mark, key_of(level.node.place.key, name));
        if (!level.names.insert(name).second) {
            const auto first = std::ranges::find(level.node.entries, name, &ConfigNode::Entry::name);
            problems_.add(at, "stands here a second time, first in line " + std::to_string(first->place.line),
                          "keep one of them");
            level.drops_entry = true;
        }
        level.entry = ConfigNode::Entry{name, at, {}};
    }

    ConfigPlace next_place(const YAML::Mark& mark) const {
        if (levels_.empty()) return place(mark);
        const Level& level = levels_.back();
        if (level.entry) return place(mark, level.entry->place.key);
        if (level.node.kind == ConfigNode::Kind::map) return place(mark, level.node.place.key);
        return place(mark, level.node.place.key + "[" + std::to_string(level.node.items.size()) + "]");
    }
    ConfigNode begin(const YAML::Mark& mark, ConfigNode::Kind kind) const {
        ConfigNode node;
        node.kind = kind;
        node.place = next_place(mark);
        return node;
    }
    void add(ConfigNode node) {
        if (levels_.empty()) {
            root_ = std::move(node);
            return;
        }
        Level& level = levels_.back();
        if (!level.entry) {
            level.node.items.push_back(std::move(node));
            return;
        }
        level.entry->value = std::move(node);
        if (!level.drops_entry) level.node.entries.push_back(std::move(*level.entry));
        level.entry.reset();
        level.drops_entry = false;
    }
    void open(const YAML::Mark& mark, const std::string& tag, ConfigNode::Kind kind) {
        check_tag(mark, tag);
        if (levels_.size() == most_levels) {
            problems_.add(next_place(mark), "more than 32 levels deep",
                          "nothing in a configuration is that deep: look at the brackets");
            throw GaveUp();
        }
        if (expects_name()) {
            refuse_name(mark);
            throw GaveUp();
        }
        Level level;
        level.node = begin(mark, kind);
        levels_.push_back(std::move(level));
    }
    void close() {
        ConfigNode node = std::move(levels_.back().node);
        levels_.pop_back();
        add(std::move(node));
    }
    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        const bool implicit = tag == "?" || tag == "!" || tag.empty();
        if (!implicit) problems_.add(next_place(mark), "the tag " + quote(tag, 64) + " is not accepted", "remove it");
    }

    std::shared_ptr<const std::string> file_;
    const Environment& environment_;
    Problems& problems_;
    int documents_ = 0;
    std::vector<Level> levels_;
    ConfigNode root_;
};

bool is_indented_by_tab(std::string_view text, int line) {
    for (; line > 0; --line) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    const auto indent = text.substr(0, text.find_first_not_of(" \t"));
    return indent.find('\t') != std::string_view::npos;
}

ConfigPlace place_of(std::string_view text, std::size_t at, const std::string& file) {
    const std::string_view before = text.substr(0, at);
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {std::make_shared<const std::string>(file), static_cast<int>(std::ranges::count(before, '\n')) + 1,
            static_cast<int>(at - line_start) + 1};
}

/// The one place where yaml-cpp's exceptions end. False if the tree is not whole.
bool parse(std::string_view text, TreeBuilder& builder, Problems& problems) {
    std::istringstream in{std::string(text)};
    try {
        YAML::Parser parser(in);
        while (parser.HandleNextDocument(builder)) {
        }
        return true;
    } catch (const YAML::Exception& e) {
        const bool tab = is_indented_by_tab(text, e.mark.line);
        problems.add(
            builder.place(e.mark), "is not YAML: " + e.msg,
            tab ? "indent with spaces: there is a tab here" : "look at the indentation, colons and quotes here and just above");
        return false;
    } catch (const GaveUp&) {
        return false;  // said already
    }
}

}  // namespace

std::optional<ConfigNode> read_yaml(std::string_view text, const std::string& file, const Environment& environment,
                                    Problems& problems) {
    if (text.size() > most_bytes) {
        problems.add(place_of(text, 0, file), "is larger than 8 MiB", "split it: include takes globs");
        return std::nullopt;
    }
    if (const auto flaw = flaw_of(text)) {
        problems.add(place_of(text, flaw->at, file), flaw->what, flaw->advice);
        return std::nullopt;
    }
    TreeBuilder builder(file, environment, problems);
    if (!parse(text, builder, problems)) return std::nullopt;
    return builder.take();
}

}  // namespace oktail
