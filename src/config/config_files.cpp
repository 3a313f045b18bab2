#include "config/config_files.hpp"

#include "config/key_check.hpp"
#include "config/section.hpp"
#include "config/tables.hpp"
#include "config/yaml_reader.hpp"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>

namespace oktail {
namespace {

constexpr std::size_t too_many_bytes = 8 * 1024 * 1024 + 1;

/// At most one byte more than read_yaml() takes, so that it refuses what is larger.
std::optional<std::string> read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text;
    char chunk[64 * 1024];
    while (in && text.size() < too_many_bytes) {
        in.read(chunk, sizeof chunk);
        text.append(chunk, static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) return std::nullopt;
    return text;
}

std::optional<ConfigNode> read_file(const std::string& path, const ConfigPlace& named_at, const Environment& environment,
                                    Problems& problems) {
    errno = 0;
    const auto text = read_text(path);
    if (text) return read_yaml(*text, path, environment, problems);
    problems.add(named_at,
                 (named_at.line == 0 ? "" : path + " ") + "cannot be read (" + std::generic_category().message(errno) + ")",
                 "look at its name and its permissions");
    return std::nullopt;
}

/// So that glob() takes the directory as it is.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// Whether glob() shall give up: not for a directory that is not there.
int stops_glob(const char*, int error) { return error != ENOENT && error != ENOTDIR; }

/// Sorted. nullopt if a directory cannot be read: tenants would go missing without a word.
std::optional<std::vector<std::string>> matches_of(const ConfigNode& pattern) {
    const std::filesystem::path directory = std::filesystem::path(*pattern.place.file).parent_path();
    const std::string full = std::filesystem::path(escaped(directory.string())) / pattern.text;
    glob_t found{};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): only with GLOB_TILDE
    const int outcome = ::glob(full.c_str(), 0, stops_glob, &found);
    std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    if (outcome != 0 && outcome != GLOB_NOMATCH) return std::nullopt;
    return paths;
}

class Inclusion {
public:
    Inclusion(ConfigNode& root, const Environment& environment, Problems& problems)
        : root_(root), environment_(environment), problems_(problems), seen_{*root.place.file} {}

    /// False if a file was missing or no YAML.
    bool run() {
        const ConfigNode* found = root_.find("include");
        if (!found) return true;
        const std::vector<ConfigNode> patterns = found->items;
        return std::ranges::count_if(patterns, [this](const ConfigNode& pattern) { return !include(pattern); }) == 0;
    }

private:
    bool include(const ConfigNode& pattern) {
        if (pattern.kind != ConfigNode::Kind::scalar) return true;  // the tables say so
        const auto paths = matches_of(pattern);
        const bool literal = pattern.text.find_first_of("*?[") == std::string::npos;
        if (!paths || (literal && paths->empty())) {
            problems_.add(pattern.place, paths ? "there is no such file" : "a directory of this pattern cannot be read",
                          paths ? "correct the name, or write a pattern with *, which may match nothing"
                                : "let oktail read it: chmod g+rx");
            return false;
        }
        return std::ranges::count_if(*paths, [&](const std::string& path) { return !add(path, pattern.place); }) == 0;
    }

    bool add(const std::string& path, const ConfigPlace& named_at) {
        if (!seen_.insert(path).second) return true;
        auto file = read_file(path, named_at, environment_, problems_);
        if (!file) return false;
        if (file->kind == ConfigNode::Kind::null) return true;
        if (file->kind != ConfigNode::Kind::map) {
            problems_.add(file->place, "must be a map", "begin it with tenants: or sinks:");
            return true;
        }
        check_keys(*file, included_keys(), problems_);
        for (auto& entry : file->entries) append(entry);
        return true;
    }

    /// What is not fit to be appended has been reported by its kind.
    void append(ConfigNode::Entry& entry) {
        if (entry.name != "tenants" && entry.name != "sinks") return;
        ConfigNode* own = root_.find(entry.name);
        if (!own || own->kind == ConfigNode::Kind::null) {
            if (own) *own = std::move(entry.value);
            else root_.entries.push_back(std::move(entry));
        } else if (own->kind == entry.value.kind) {
            std::ranges::move(entry.value.items, std::back_inserter(own->items));
            std::ranges::move(entry.value.entries, std::back_inserter(own->entries));
        }
    }

    ConfigNode& root_;
    const Environment& environment_;
    Problems& problems_;
    std::set<std::string> seen_;
};

}  // namespace

std::optional<ConfigNode> read_file_alone(const std::string& path, const Environment& environment, Problems& problems) {
    const ConfigPlace whole(std::make_shared<const std::string>(path), 0, 0);
    return read_file(path, whole, environment, problems);
}

ConfigTree read_files(const std::string& path, const Environment& environment, Problems& problems) {
    ConfigTree tree;
    auto root = read_file_alone(path, environment, problems);
    if (!root) return tree;
    tree.root = std::move(*root);
    tree.is_whole = Inclusion(tree.root, environment, problems).run();
    return tree;
}

}  // namespace oktail
