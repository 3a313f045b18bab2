#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

/// Form decoding: %XX, and '+' for a space. nullopt: a broken escape.
std::optional<std::string> percent_decoded(std::string_view text);
/// Everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

/// One name=value of a query or a form, both decoded; `raw` is the value as it stands in the text.
struct Parameter {
    std::string name;
    std::string value;
    std::string_view raw;
};

/// In the order of the text, of which `raw` is a part. nullopt: a broken escape.
std::optional<std::vector<Parameter>> parameters_of(std::string_view text);
const Parameter* find(const std::vector<Parameter>& parameters, std::string_view name);
bool has_duplicates(const std::vector<Parameter>& parameters);

/// Target = path, and the query behind '?'.
std::string_view path_of(std::string_view target);
std::string_view query_of(std::string_view target);

}  // namespace oktail::simulator
