#include "admin/text_table.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::size_t gap = 2;

/// Select Graphic Rendition of ECMA-48.
std::string_view start_of(Colour colour) {
    switch (colour) {
        case Colour::none: return "";
        case Colour::good: return "\x1b[32m";
        case Colour::warning: return "\x1b[33m";
        case Colour::bad: return "\x1b[1;31m";
        case Colour::heading: return "\x1b[1m";
    }
    return "";
}

std::string printable(std::string text) {
    const auto moves = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    std::ranges::replace_if(text, moves, ' ');
    return text;
}

std::vector<std::size_t> widths_of(const std::vector<TextTable::Row>& rows) {
    std::vector<std::size_t> widths;
    for (const TextTable::Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].text.size());
    }
    return widths;
}

}  // namespace

std::string cut(std::string_view text, std::size_t width) {
    if (width != 0 && text.size() > width) {
        const auto inside_a_character = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
        while (width > 0 && inside_a_character(width)) --width;
        text = text.substr(0, width);
    }
    return printable(std::string(text));
}

TextTable::Cell::Cell(std::string text, Colour colour) : text(printable(std::move(text))), colour(colour) {}

std::string TextTable::text(std::size_t width, bool colours) const {
    const std::vector<std::size_t> widths = widths_of(rows_);
    std::string all;
    for (const Row& row : rows_) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < row.size() && (width == 0 || at < width); ++i) {
            const std::string shown = width == 0 ? row[i].text : cut(row[i].text, width - at);
            const bool painted = colours && row[i].colour != Colour::none;
            if (painted) all += start_of(row[i].colour);
            all += shown;
            if (painted) all += "\x1b[0m";
            at += widths[i] + gap;
            if (i + 1 < row.size() && (width == 0 || at < width)) all.append(widths[i] + gap - row[i].text.size(), ' ');
        }
        all += '\n';
    }
    return all;
}

}  // namespace oktail
