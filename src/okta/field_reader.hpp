#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Walks through the value of a header field: tokens, quoted strings, white space (RFC 9110 §5.6). A line break counts as white
/// space, for folded fields.
class FieldReader {
public:
    explicit FieldReader(std::string_view value) : rest_(value) {}

    bool done() const noexcept { return rest_.empty(); }
    void skip_space() noexcept;
    /// Takes `c`, if it is what comes next behind white space.
    bool take(char c) noexcept;
    /// A token, behind white space; empty if there is none.
    std::string_view token() noexcept;
    /// The value of a parameter, behind white space: a quoted string without its quotes and escapes (nullopt if it does not
    /// end), or whatever stands before the next white space, comma or semicolon.
    std::optional<std::string> word();
    /// Everything up to `c`, which is taken too; nullopt if it never comes.
    std::optional<std::string_view> until(char c) noexcept;
    /// Goes to the next of these, or to the end.
    void skip_to(std::string_view any_of) noexcept;

private:
    std::string_view rest_;
};

}  // namespace oktail
