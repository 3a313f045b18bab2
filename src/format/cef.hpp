#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Events in the Common Event Format, CEF:0 (docs/formats.md). Made once per route; immutable, any thread.
class Cef {
public:
    static constexpr std::size_t any_size = std::string_view::npos;

    Cef(std::string domain, std::string tenant);

    /// The event as one line without an end, at most `most` bytes: the longest fields of the extension are left out until it
    /// fits. nullopt: it is no JSON object, or even without all of them it is longer.
    std::optional<std::string> text(std::string_view event, std::size_t most = any_size) const;
    /// The same behind what `to` holds; false: `to` is as it was.
    bool append(std::string& to, std::string_view event, std::size_t most = any_size) const;

private:
    std::string domain_;
    std::string tenant_;
};

}  // namespace oktail
