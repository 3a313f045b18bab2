#pragma once

#include <oktail/http/http_client.hpp>
#include <oktail/model/cursor.hpp>
#include <oktail/model/origin.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// Where an answer says that the log goes on.
class NextLink {
public:
    static NextLink none() { return {}; }
    static NextLink to(Cursor cursor) { return {std::move(cursor), {}}; }
    static NextLink refused(std::string reason) { return {{}, std::move(reason)}; }

    /// Empty unless there is one that may be followed.
    const Cursor& cursor() const noexcept { return cursor_; }
    /// Why the link must not be followed (an alarm: credentials could go astray); empty if nothing is wrong with it.
    const std::string& refusal() const noexcept { return refusal_; }

private:
    NextLink() = default;
    NextLink(Cursor cursor, std::string refusal) : cursor_(std::move(cursor)), refusal_(std::move(refusal)) {}

    Cursor cursor_;
    std::string refusal_;
};

/// What a next link must go on with.
enum class QueryKind : std::uint8_t {
    polling,  ///< without an end
    bounded,  ///< with `until`
};

/// The target of rel="next" among the Link fields (RFC 8288), byte for byte, if it is a request of that kind for the log
/// (System Log API, "Polling requests", "Bounded requests") at `origin` or at one of `link_hosts`, same port.
NextLink next_link(const ResponseHead& head, const Origin& origin, const std::vector<std::string>& link_hosts,
                   QueryKind kind = QueryKind::polling);

}  // namespace oktail
