#pragma once

#include <oktail/config/key_table.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// The path of a sink that writes files: absolute, with {tenant}, {label.NAME} and strftime's %Y %m %d %H %M %S %j %G %V %u.
/// What stands before the first of them is the fixed prefix, and no value leads out of it.
class PathTemplate {
public:
    /// nullopt: it is among the problems why. An accepted text has no empty, "." or ".." part.
    static std::optional<PathTemplate> parse(const std::string& text, const ConfigPlace& place, Problems& problems);

    /// Of a text that was accepted before.
    explicit PathTemplate(std::string_view accepted) : text_(accepted) {}

    const std::string& text() const noexcept { return text_; }
    /// Names in {label.NAME}, in their order.
    std::vector<std::string> labels() const;
    /// With tenant and labels put in; strftime's part is left. A label that is missing or no path part is left as it stands.
    std::string expand(const std::string& tenant, const std::map<std::string, std::string>& labels) const;

private:
    std::string text_;
};

/// Whether a label's value may be part of a path: [A-Za-z0-9._-], at most 128, and not dots alone.
bool is_path_part(std::string_view value) noexcept;

}  // namespace oktail
