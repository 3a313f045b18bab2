#include "config/interpolation.hpp"

#include "config/source_text.hpp"
#include "core/quote.hpp"

#include <algorithm>

namespace oktail {
namespace {

bool is_variable(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    const auto word = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && letter(name.front()) && std::ranges::all_of(name, word);
}

/// `inside` is what stands between the braces.
std::optional<std::string> value_of(std::string_view inside, const Environment& environment, const ConfigPlace& place,
                                    Problems& problems) {
    const auto colon = inside.find(":-");
    const std::string name(inside.substr(0, colon));
    if (!is_variable(name)) {
        problems.add(place, quote(name) + " is no name of a variable", "write ${NAME} or ${NAME:-default}");
        return std::nullopt;
    }
    const auto value = environment(name);
    if (colon != std::string_view::npos && (!value || value->empty())) return std::string(inside.substr(colon + 2));
    if (!value) problems.add(place, "the environment has no " + name, "set it, or write ${" + name + ":-default}");
    // The value itself stays out of the text: it may be a secret.
    if (value && flaw_of(*value)) {
        problems.add(place, "the value of " + name + " is no text", "set it to UTF-8 without control characters");
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::optional<std::string> interpolate(std::string_view text, const Environment& environment, const ConfigPlace& place,
                                       Problems& problems) {
    std::string out;
    for (;;) {
        const auto dollar = text.find('$');
        out.append(text.substr(0, dollar));
        if (dollar == std::string_view::npos) return out;
        text.remove_prefix(dollar + 1);
        if (text.starts_with('$')) {
            out += '$';
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find('}');
        if (!text.starts_with('{') || end == std::string_view::npos) {
            problems.add(place, "a dollar stands alone", "write $$ for a dollar, ${NAME} for a variable");
            return std::nullopt;
        }
        const auto value = value_of(text.substr(1, end - 1), environment, place, problems);
        if (!value) return std::nullopt;
        out += *value;
        text.remove_prefix(end + 1);
    }
}

}  // namespace oktail
