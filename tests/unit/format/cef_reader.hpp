#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// What a SIEM makes of a line of CEF.
struct ReadCef {
    std::vector<std::string> header;
    std::size_t header_size = 0;  ///< bytes, with the last bar
    std::map<std::string, std::string> fields;
    std::vector<std::string> order;
};

/// Written after CEF's own text, not after the writer. What it cannot read it leaves out.
ReadCef read_cef(std::string_view line);

/// No control character of ASCII or Unicode, no line break of either.
bool is_one_line(std::string_view text);

}  // namespace oktail
