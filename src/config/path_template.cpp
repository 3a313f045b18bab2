#include "config/path_template.hpp"

#include "config/values.hpp"
#include "core/quote.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::string_view tenant_placeholder = "tenant";
constexpr std::string_view label_prefix = "label.";
// No slash and no blank comes out of these, whatever the time and the locale.
constexpr std::string_view conversions = "YmdHMSjGVu%";

/// What the text consists of, in order.
class Part {
public:
    enum class Kind { literal, placeholder, conversion };
    Kind kind = Kind::literal;
    std::string_view text;  ///< of a placeholder: without braces
};

/// An open brace is a literal.
Part take_part(std::string_view& rest) {
    const auto take = [&rest](std::size_t size) {
        const auto taken = rest.substr(0, size);
        rest.remove_prefix(taken.size());
        return taken;
    };
    if (rest.front() == '%') return {Part::Kind::conversion, take(2)};
    const auto close = rest.find('}');
    if (rest.front() == '{' && close != std::string_view::npos) {
        const auto whole = take(close + 1);
        return {Part::Kind::placeholder, whole.substr(1, whole.size() - 2)};
    }
    return {Part::Kind::literal, take(std::max<std::size_t>(1, std::min(rest.find_first_of("{%"), rest.size())))};
}

std::vector<Part> parts_of(std::string_view text) {
    std::vector<Part> parts;
    while (!text.empty()) parts.push_back(take_part(text));
    return parts;
}

bool is_label(std::string_view placeholder) {
    return placeholder.starts_with(label_prefix) && is_name(placeholder.substr(label_prefix.size()));
}

bool has_part(std::string_view path, std::string_view name) {
    const std::string padded = std::string(path) + "/";
    return padded.find("/" + std::string(name) + "/") != std::string::npos;
}

class Fault {
public:
    std::string what;
    std::string advice;
};

std::optional<Fault> fault_of(const Part& part) {
    switch (part.kind) {
        case Part::Kind::placeholder:
            if (part.text == tenant_placeholder || is_label(part.text)) return std::nullopt;
            return Fault{quote("{" + std::string(part.text) + "}", 64) + " is no placeholder",
                         "write {tenant}, {label.NAME}, or %Y-%m-%d for the day"};
        case Part::Kind::conversion:
            if (part.text.size() == 2 && conversions.find(part.text[1]) != std::string_view::npos) return std::nullopt;
            return Fault{quote(part.text) + " is not accepted in a path",
                         "write %Y %m %d %H %M %S %j %G %V %u, or %% for a percent sign"};
        default:
            if (part.text.find_first_of("{}") == std::string_view::npos) return std::nullopt;
            return Fault{"a brace stands alone", "write {tenant} or {label.NAME}"};
    }
}

std::optional<Fault> fault_of(std::string_view path) {
    if (!path.starts_with('/')) return Fault{"is not absolute", "begin with a slash: /var/log/oktail/{tenant}/%Y-%m-%d.ndjson"};
    if (path.ends_with('/')) return Fault{"names a directory", "add the file's name: %Y-%m-%d.ndjson"};
    for (const char* name : {"", ".", ".."})
        if (has_part(path, name)) return Fault{"has an empty part, or . or ..", "write the path straight down"};
    const auto first = path.substr(1, path.find('/', 1) - 1);
    if (first.size() + 1 == path.size() || first.find_first_of("{%") != std::string_view::npos)
        return Fault{"has no fixed directory", "begin with one that nothing can lead out of, such as /var/log/oktail/"};
    for (const Part& part : parts_of(path))
        if (auto fault = fault_of(part)) return fault;
    return std::nullopt;
}

}  // namespace

std::optional<PathTemplate> PathTemplate::parse(const std::string& text, const ConfigPlace& place, Problems& problems) {
    if (auto fault = fault_of(std::string_view(text))) {
        problems.add(place, std::move(fault->what), std::move(fault->advice));
        return std::nullopt;
    }
    return PathTemplate(text);
}

std::vector<std::string> PathTemplate::labels() const {
    std::vector<std::string> out;
    for (const Part& part : parts_of(text_))
        if (part.kind == Part::Kind::placeholder && is_label(part.text))
            out.emplace_back(part.text.substr(label_prefix.size()));
    return out;
}

std::string PathTemplate::expand(const std::string& tenant, const std::map<std::string, std::string>& labels) const {
    std::string out;
    for (const Part& part : parts_of(text_)) {
        if (part.kind != Part::Kind::placeholder) {
            out += part.text;
        } else if (part.text == tenant_placeholder) {
            out += tenant;
        } else {
            const auto label = labels.find(std::string(part.text.substr(label_prefix.size())));
            if (label != labels.end() && is_path_part(label->second)) out += label->second;
            else out.append("{").append(part.text).append("}");
        }
    }
    return out;
}

bool is_path_part(std::string_view value) noexcept {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return value.size() <= 128 && std::ranges::all_of(value, allowed) && value.find_first_not_of('.') != std::string_view::npos;
}

}  // namespace oktail
