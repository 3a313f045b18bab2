#include "sink/file/stream_path.hpp"

#include "config/path_template.hpp"
#include "core/quote.hpp"
#include "core/time_text.hpp"

namespace oktail {
namespace {

/// Up to the last slash before the first of `marks`.
std::string fixed_part(std::string_view path, std::string_view marks) {
    const std::string_view fixed = path.substr(0, path.find_first_of(marks));
    const auto slash = fixed.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(fixed.substr(0, slash + 1));
}

/// No component may lead upwards or nowhere; values can build ".." together.
bool stays_below(std::string_view relative) {
    while (true) {
        const auto slash = relative.find('/');
        const std::string_view component = relative.substr(0, slash);
        if (component.empty() || component == "." || component == "..") return false;
        if (slash == std::string_view::npos) return true;
        relative.remove_prefix(slash + 1);
    }
}

Result<std::string_view> value_of(std::string_view placeholder, std::string_view tenant, const Labels& labels) {
    if (placeholder == "tenant") return tenant;
    constexpr std::string_view label = "label.";
    if (!placeholder.starts_with(label))
        return Error(ErrorKind::rejected, "path: unknown placeholder {" + std::string(placeholder) + "}");
    const auto found = labels.find(std::string(placeholder.substr(label.size())));
    if (found == labels.end())
        return Error(ErrorKind::rejected, "path: the tenant has no label for {" + std::string(placeholder) + "}");
    return std::string_view(found->second);
}

}  // namespace

StreamPath StreamPath::of_pattern(std::string pattern) {
    std::string base = fixed_part(pattern, "%");
    return {std::move(base), std::move(pattern)};
}

bool StreamPath::has_time() const {
    for (std::size_t i = 0; i + 1 < pattern_.size(); ++i) {
        if (pattern_[i] != '%') continue;
        if (pattern_[++i] != '%') return true;
    }
    return false;
}

std::string StreamPath::at(UtcTime time) const { return format_utc(pattern_, time); }

std::string StreamPath::glob() const {
    constexpr std::string_view special = "*?[]\\";
    std::string out;
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
        const char c = pattern_[i];
        if (c == '%' && i + 1 < pattern_.size() && pattern_[i + 1] != '%') {
            ++i;
            out += '*';
            continue;
        }
        if (c == '%') ++i;
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

Result<StreamPath> fill_path(std::string_view path_template, std::string_view tenant, const Labels& labels) {
    std::string base = fixed_part(path_template, "{%");
    std::string pattern = base;
    std::string_view rest = path_template.substr(base.size());
    while (!rest.empty()) {
        const auto open = rest.find('{');
        pattern += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos) return Error(ErrorKind::rejected, "path: a placeholder is not closed");
        const auto value = value_of(rest.substr(open + 1, close - open - 1), tenant, labels);
        if (!value) return value.error();
        if (!is_path_part(*value))
            return Error(ErrorKind::rejected, "path: " + quote(*value) + " cannot be part of a file name");
        pattern += *value;
        rest.remove_prefix(close + 1);
    }
    if (!stays_below(std::string_view(pattern).substr(base.size())))
        return Error(ErrorKind::rejected, "path: " + quote(pattern) + " does not stay below " + quote(base));
    return StreamPath(std::move(base), std::move(pattern));
}

}  // namespace oktail
