#include "config/section.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace oktail {

std::filesystem::path resolve_path(const std::string& text, const ConfigPlace& place) {
    return (std::filesystem::path(*place.file).parent_path() / text).lexically_normal();
}

const Key& Section::key(std::string_view name) const {
    const auto it = std::ranges::find(keys_, name, &Key::name);
    OKTAIL_ASSERT(it != keys_.end());
    return *it;
}

const ConfigNode* Section::given(std::string_view name) const {
    OKTAIL_ASSERT(!key(name).name.empty());
    return map_ ? map_->find(name) : nullptr;
}

Section Section::section(std::string_view name) const { return {given(name), *key(name).keys}; }

/// What `parse` makes of the value; of the fallback if there is none or it cannot be read.
template <class Parse>
auto Section::read(std::string_view name, Parse parse) const {
    const ConfigNode* node = given(name);
    if (node && node->kind == ConfigNode::Kind::scalar)
        if (auto value = parse(node->text)) return *value;
    const auto fallback = parse(key(name).fallback);
    return fallback ? *fallback : typename decltype(fallback)::value_type{};
}

std::string Section::text(std::string_view name) const {
    const auto as_it_is = [](std::string_view text) { return std::optional(std::string(text)); };
    return read(name, as_it_is);
}

std::uint64_t Section::integer(std::string_view name) const { return read(name, parse_integer); }
double Section::fraction(std::string_view name) const { return read(name, parse_fraction); }
std::chrono::milliseconds Section::duration(std::string_view name) const { return read(name, parse_duration); }
std::size_t Section::size(std::string_view name) const { return read(name, parse_size); }
StartPoint Section::start(std::string_view name) const { return read(name, parse_start); }
mode_t Section::file_mode(std::string_view name) const { return read(name, parse_file_mode); }
std::optional<ListenAddress> Section::listen(std::string_view name) const { return read(name, parse_listen); }

std::filesystem::path Section::path(std::string_view name) const {
    const ConfigNode* node = given(name);
    return node && !node->text.empty() ? resolve_path(node->text, node->place) : std::filesystem::path(key(name).fallback);
}

std::vector<std::string> Section::list(std::string_view name) const {
    std::vector<std::string> out;
    if (const ConfigNode* node = given(name))
        for (const ConfigNode& item : node->items)
            if (!item.text.empty()) out.push_back(item.text);
    return out;
}

}  // namespace oktail
