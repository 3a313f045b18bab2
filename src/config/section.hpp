#pragma once

#include "config/values.hpp"

#include <oktail/config/config.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// A map and its table: what a key holds, or else its fallback. Hold the map against the table first (key_check.hpp): here a
/// value that cannot be read counts as none. Asking for a key that the table lacks is a mistake in the program.
class Section {
public:
    /// `map` may be null or of another kind: then everything is fallback. Both must outlive the section.
    Section(const ConfigNode* map, const KeyTable& keys) : map_(map), keys_(keys) {}

    /// nullptr if the key is not given.
    const ConfigNode* given(std::string_view name) const;
    Section section(std::string_view name) const;
    /// Of the map; nowhere if there is none.
    ConfigPlace place() const { return map_ ? map_->place : ConfigPlace(); }

    std::string text(std::string_view name) const;
    std::uint64_t integer(std::string_view name) const;
    double fraction(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;
    std::size_t size(std::string_view name) const;
    StartPoint start(std::string_view name) const;
    mode_t file_mode(std::string_view name) const;
    /// nullopt: off
    std::optional<ListenAddress> listen(std::string_view name) const;
    /// Empty if there is none.
    std::filesystem::path path(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const;
    template <class Enum>
    Enum choice(std::string_view name, std::initializer_list<std::pair<std::string_view, Enum>> words) const;

private:
    const Key& key(std::string_view name) const;
    template <class Parse>
    auto read(std::string_view name, Parse parse) const;

    const ConfigNode* map_;
    const KeyTable& keys_;
};

/// As written at `place`: a relative one counts from the directory of that file.
std::filesystem::path resolve_path(const std::string& text, const ConfigPlace& place);

template <class Enum>
Enum Section::choice(std::string_view name, std::initializer_list<std::pair<std::string_view, Enum>> words) const {
    const std::string word = text(name);
    for (const auto& [text, value] : words)
        if (text == word) return value;
    return words.begin()->second;
}

}  // namespace oktail
