#include <oktail/config/key_table.hpp>

#include "core/quote.hpp"

#include <algorithm>
#include <tuple>

namespace oktail {

std::string ConfigPlace::text() const {
    std::string out = file ? *file : std::string();
    if (line != 0) out.append(":").append(std::to_string(line)).append(":").append(std::to_string(column));
    return out;
}

const ConfigNode* ConfigNode::find(std::string_view name) const {
    const auto it = std::ranges::find(entries, name, &Entry::name);
    return it == entries.end() ? nullptr : &it->value;
}

ConfigNode* ConfigNode::find(std::string_view name) {
    const auto it = std::ranges::find(entries, name, &Entry::name);
    return it == entries.end() ? nullptr : &it->value;
}

bool Problems::InFileOrder::operator()(const Problem& a, const Problem& b) const {
    const auto order = [](const Problem& p) {
        const std::string_view file = p.place.file ? std::string_view(*p.place.file) : std::string_view();
        return std::tuple(file, p.place.line, p.place.column, std::string_view(p.place.key), std::string_view(p.what));
    };
    return order(a) < order(b);
}

void Problems::add(const ConfigPlace& place, std::string_view what, std::string_view advice) {
    problems_.insert({place, printable(what), printable(advice)});
}

std::string Problems::text() const {
    std::string out;
    for (const auto& [place, what, advice] : problems_) {
        out.append(place.text()).append(": ");
        if (!place.key.empty()) out.append(place.key).append(": ");
        out.append(what).append("; ").append(advice).append("\n");
    }
    return out;
}

}  // namespace oktail
