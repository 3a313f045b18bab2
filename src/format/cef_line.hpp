#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace oktail {

/// A line of CEF that is being written behind what a string holds. First the parts of the header, then the fields.
class CefLine {
public:
    explicit CefLine(std::string& to) : to_(to), begin_(to.size()) { to_ += "CEF:0|"; }

    /// Cut at `longest` bytes, escaped, and with the bar behind it.
    void header(std::string_view text, std::size_t longest);
    /// Nothing if the value is empty.
    void field(std::string_view key, std::string_view value, std::size_t longest);
    /// One of the keys that mean something only together with a label.
    void field(std::string_view key, std::string_view label, std::string_view value, std::size_t longest);
    /// The line is whole. Its longest fields go first until it has at most `most` bytes; false: it has more without them, too.
    bool end(std::size_t most);

private:
    static constexpr std::size_t most_fields = 24;

    /// With the space that separates it from the next one.
    struct Field {
        std::size_t begin;
        std::size_t size;
    };

    std::size_t size() const noexcept;
    void leave_out_longest();

    std::string& to_;
    std::size_t begin_;
    std::array<Field, most_fields> fields_;
    std::size_t count_ = 0;
};

}  // namespace oktail
