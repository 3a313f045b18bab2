#pragma once

#include <oktail/core/clock.hpp>

#include <string>
#include <vector>

namespace oktail::simulator {

/// PEM texts. The CA's key is thrown away with the making.
struct Certificates {
    std::string ca;
    std::string server;
    std::string server_key;
};

/// A CA of its own and one server certificate for all hosts, valid from a day before `now` for three months.
Certificates make_certificates(const std::vector<std::string>& hosts, UtcTime now);

}  // namespace oktail::simulator
