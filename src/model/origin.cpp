#include <oktail/model/origin.hpp>

namespace oktail {

std::string Origin::authority() const {
    const bool literal = host_.find(':') != std::string::npos;  // an IPv6 address goes in brackets
    std::string out = literal ? '[' + host_ + ']' : host_;
    if (port_ != 443) out += ':' + std::to_string(port_);
    return out;
}

}  // namespace oktail
