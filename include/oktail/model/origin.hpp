#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// The one place a tenant's credentials may go: https, host and port. Host is lower case, without a trailing dot.
class Origin {
public:
    Origin() = default;
    explicit Origin(std::string host, std::uint16_t port = 443) : host_(std::move(host)), port_(port) {}

    const std::string& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    /// "acme.okta.com", or with the port where it is not 443: the Host field.
    std::string authority() const;
    /// "https://acme.okta.com"
    std::string url() const { return "https://" + authority(); }
    bool operator==(const Origin&) const = default;

private:
    std::string host_;
    std::uint16_t port_ = 443;
};

}  // namespace oktail
