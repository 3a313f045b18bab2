#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace oktail {

/// A certificate and its key, as PEM.
class TestIdentity {
public:
    std::string certificate;
    std::string key;
};

/// A CA that lives as long as a test.
class TestAuthority {
public:
    explicit TestAuthority(const std::string& name = "oktail test CA");
    ~TestAuthority();

    /// Its own certificate: what `ca_file` would hold.
    const std::string& pem() const { return pem_; }
    /// A server certificate for a DNS name, valid from `begin` to `end` counted from now.
    TestIdentity issue(const std::string& dns_name, std::chrono::hours begin = std::chrono::hours(-1),
                       std::chrono::hours end = std::chrono::hours(24)) const;
    /// One that nobody should trust for it.
    enum class Flaw : std::uint8_t { none, weak_key, self_signed, for_clients };
    TestIdentity issue(const std::string& dns_name, Flaw flaw) const;

private:
    TestIdentity issue(const std::string& dns_name, std::chrono::hours begin, std::chrono::hours end, Flaw flaw) const;

    struct Keys;
    std::unique_ptr<Keys> keys_;
    std::string pem_;
};

}  // namespace oktail
