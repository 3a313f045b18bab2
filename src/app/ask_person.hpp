#pragma once

#include <oktail/core/secret.hpp>

#include <optional>
#include <string>

namespace oktail {

/// Whether somebody sits at standard input.
bool is_anybody_there();
/// A line that they type; `otherwise` if it is empty. nullopt: the input ended.
std::optional<std::string> ask_for(const std::string& what, const std::string& otherwise = {});
/// The same, and nobody sees it.
std::optional<Secret> ask_for_secret(const std::string& what);

}  // namespace oktail
