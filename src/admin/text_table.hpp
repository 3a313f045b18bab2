#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

enum class Colour : std::uint8_t { none, good, warning, bad, heading };

/// Columns as wide as what is in them, for a person.
class TextTable {
public:
    class Cell {
    public:
        Cell(std::string text, Colour colour = Colour::none);

        std::string text;  ///< printable
        Colour colour;
    };
    using Row = std::vector<Cell>;

    explicit TextTable(Row headings) : rows_{std::move(headings)} {}
    void add(Row row) { rows_.push_back(std::move(row)); }

    /// Lines of at most `width` bytes; 0: as long as they are.
    std::string text(std::size_t width, bool colours) const;

private:
    std::vector<Row> rows_;
};

/// `text` without what moves a cursor, and cut at `width` between two characters.
std::string cut(std::string_view text, std::size_t width);

}  // namespace oktail
