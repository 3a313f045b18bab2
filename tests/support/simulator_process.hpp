#pragma once

#include "support/process.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace oktail {

/// The built oktail-simulator, ready: what it wrote for its users, and the truth about what it serves.
class SimulatorProcess {
public:
    struct Org {
        std::string client_id;
        std::filesystem::path secret_file;  ///< of an integration
        std::filesystem::path key_file;     ///< of a custom app
        std::string key_id;
    };
    struct Event {
        std::string uuid;
        std::string sha256;  ///< of the event's bytes, hex
        bool operator==(const Event&) const = default;
    };

    /// `orgs` are as on its command line: "acme.okta.com,rate=50,backlog=20000". Its files and log go below `dir`, which is
    /// made. Throws if it is not ready within 20 s; the text ends with its log.
    SimulatorProcess(const std::filesystem::path& dir, const std::vector<std::string>& orgs,
                     const std::vector<std::string>& options = {});

    std::uint16_t port() const noexcept { return port_; }
    std::filesystem::path ca_file() const { return dir_ / "ca.pem"; }
    const Org& org(const std::string& domain) const { return orgs_.at(domain); }
    Process& process() noexcept { return process_; }

    /// Every event of the org so far, in the order Okta serves them.
    std::vector<Event> truth(const std::string& domain) const;
    /// The body of the control port's answer; throws unless it is 200.
    std::string control(const std::string& target) const { return control("GET", target); }
    std::string control(const std::string& method, const std::string& target, const std::string& body = {}) const;

private:
    std::filesystem::path dir_;
    Process process_;
    std::uint16_t port_ = 0;
    std::uint16_t control_port_ = 0;
    std::map<std::string, Org> orgs_;
};

}  // namespace oktail
