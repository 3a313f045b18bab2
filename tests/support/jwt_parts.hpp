#pragma once

#include "auth/base64url.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace oktail {

/// A compact JWS taken apart; its signature is not looked at.
class JwtParts {
public:
    explicit JwtParts(std::string_view jwt) {
        const std::size_t first = jwt.find('.');
        const std::size_t second = jwt.find('.', first + 1);
        if (second == std::string_view::npos) throw std::runtime_error("no JWT: " + std::string(jwt));
        header_ = parse(jwt.substr(0, first));
        claims_ = parse(jwt.substr(first + 1, second - first - 1));
    }

    const boost::json::object& header() const { return header_.as_object(); }
    const boost::json::object& claims() const { return claims_.as_object(); }
    /// As text; empty if it is missing.
    std::string claim(std::string_view name) const { return text(claims(), name); }
    std::string header(std::string_view name) const { return text(header(), name); }
    std::int64_t time(std::string_view name) const { return claims().at(name).as_int64(); }

private:
    static boost::json::value parse(std::string_view part) {
        const auto bytes = from_base64url(part);
        if (!bytes) throw std::runtime_error("no base64url: " + std::string(part));
        return boost::json::parse(bytes->reveal());
    }
    static std::string text(const boost::json::object& object, std::string_view name) {
        const auto* value = object.if_contains(name);
        if (!value) return {};
        return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
    }

    boost::json::value header_;
    boost::json::value claims_;
};

}  // namespace oktail
