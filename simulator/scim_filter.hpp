#pragma once

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace oktail::simulator {

/// A `filter` of the System Log: attribute (eq ne co sw ew gt ge lt le) "value", attribute pr, and, or, not, parentheses.
class ScimFilter {
public:
    /// nullopt: Okta would refuse it.
    static std::optional<ScimFilter> parse(std::string_view text);
    bool matches(const boost::json::value& event) const;

    struct Node;

private:
    explicit ScimFilter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
    std::shared_ptr<const Node> root_;
};

}  // namespace oktail::simulator
