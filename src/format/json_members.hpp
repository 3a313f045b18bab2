#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace oktail {

/// Where one "name":value lies in a text of JSON.
struct JsonMember {
    std::size_t begin = 0;  ///< the quote before the name
    std::size_t value = 0;  ///< the first byte of the value
    std::size_t end = 0;    ///< behind the value

    std::size_t size() const noexcept { return end - begin; }
};

/// Walks over the members of an object without parsing them. Of text that is no JSON it gives something or nothing, and never
/// reads behind it.
class JsonMembers {
public:
    /// `open`: where the object's brace is, or where one was expected.
    JsonMembers(std::string_view json, std::size_t open) noexcept : json_(json), at_(open) {}

    /// nullopt: there are no more, or what follows is none.
    std::optional<JsonMember> next() noexcept;
    /// The first of this name among those that follow, as it stands between its quotes.
    std::optional<JsonMember> find(std::string_view name) noexcept;
    /// The last next() came upon the end of the object.
    bool closed() const noexcept { return closed_; }

private:
    bool take(char c) noexcept;

    std::string_view json_;
    std::size_t at_;
    bool begun_ = false;
    bool closed_ = false;
};

}  // namespace oktail
