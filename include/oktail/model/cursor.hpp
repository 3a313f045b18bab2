#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace oktail {

/// A place in an org's log: the request target (path and query), byte for byte as Okta's next link had it. It is sent to the
/// tenant's pinned origin only. Okta calls its content opaque (System Log API, "Next link response header").
class Cursor {
public:
    Cursor() = default;
    explicit Cursor(std::string target) : target_(std::move(target)) {}

    const std::string& target() const noexcept { return target_; }
    bool empty() const noexcept { return target_.empty(); }
    bool operator==(const Cursor&) const = default;

private:
    std::string target_;
};

/// What a cursor belongs to: a cursor of another query means nothing.
class Query {
public:
    Query() = default;
    Query(std::string origin, std::string filter) : origin_(std::move(origin)), filter_(std::move(filter)) {}

    const std::string& origin() const noexcept { return origin_; }  ///< "https://acme.okta.com"
    const std::string& filter() const noexcept { return filter_; }  ///< Okta's filter expression, empty for all events
    bool operator==(const Query&) const = default;

private:
    std::string origin_;
    std::string filter_;
};

}  // namespace oktail
