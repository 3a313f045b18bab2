#pragma once

#include <oktail/core/secret.hpp>

#include <optional>
#include <string>

namespace oktail {

/// Whether somebody sits at standard input.
bool is_anybody_there();
/// A line that they type; `otherwise` if it is empty. nullopt: the input ended.
std::optional<std::string> ask_for(const std::string& what, const std::string& otherwise = {});
enum class InputEnd { of_line, of_file };
/// What comes on standard input, at most 64 KiB, without line ends behind it; no copy is left. Empty if nothing came.
Secret secret_from_input(InputEnd end);
/// A line that they type, and nobody sees it.
std::optional<Secret> ask_for_secret(const std::string& what);

}  // namespace oktail
