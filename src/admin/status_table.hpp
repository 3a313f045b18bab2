#pragma once

#include <oktail/core/clock.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace oktail {

class TableStyle {
public:
    std::size_t width = 0;  ///< of the terminal; 0: no limit
    bool colours = false;
};

/// What status_json() says, for a person: what is in trouble comes first. The daemon may be of another version: what is not
/// there, or is not what it should be, is shown as a dash.
std::string status_table(const boost::json::object& status, UtcTime now, TableStyle style);

}  // namespace oktail
