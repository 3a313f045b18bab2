#pragma once

#include <oktail/config/key_table.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/listen_address.hpp>
#include <oktail/model/dpop_mode.hpp>
#include <oktail/model/origin.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// The keys of one sink, read and checked. Each type of sink derives its own.
class SinkOptions {
public:
    virtual ~SinkOptions() = default;
    /// Of a sink that writes files: with {tenant}, {label.NAME} and strftime. What holds for all sinks and tenants together is
    /// checked by it.
    virtual std::string_view path_template() const { return {}; }
    /// Whether a sink of these keys is just what one of the others' is: then a reload leaves it alone. `other` may be of
    /// another type.
    virtual bool is_same_as(const SinkOptions& other) const = 0;
    /// What the process has once and the sink needs for itself, such as "standard output".
    virtual std::string_view sole_use_of() const { return {}; }
    /// Whether the secrets and certificates that it names can be used; adds every problem.
    virtual void check_files(Problems& /*problems*/) const {}
};

/// Where a new route begins.
class StartPoint {
public:
    enum class Kind : std::uint8_t { now, earliest, ago, at };

    StartPoint() = default;
    static StartPoint earliest() { return {Kind::earliest, {}, {}}; }
    static StartPoint ago(std::chrono::milliseconds span) { return {Kind::ago, span, {}}; }
    static StartPoint at(UtcTime time) { return {Kind::at, {}, time}; }

    Kind kind() const noexcept { return kind_; }
    std::chrono::milliseconds span() const noexcept { return span_; }
    UtcTime time() const noexcept { return time_; }
    bool operator==(const StartPoint&) const = default;

private:
    StartPoint(Kind kind, std::chrono::milliseconds span, UtcTime time) : kind_(kind), span_(span), time_(time) {}

    Kind kind_ = Kind::now;
    std::chrono::milliseconds span_{};
    UtcTime time_{};
};

/// How oktail proves to Okta who it is.
enum class AuthMethod : std::uint8_t {
    client_secret,  ///< an API service integration of the Okta Integration Network
    private_key,    ///< a custom API Services app
};

struct PrivateKeyConfig {
    std::filesystem::path file;             ///< PEM or JWK; resolved
    std::string key_id;                     ///< what the org calls its public half; empty: as the JWK says, or nothing
    std::filesystem::path passphrase_file;  ///< resolved; empty: the key is not encrypted
    ConfigPlace place;                      ///< of the file

    bool operator==(const PrivateKeyConfig& other) const {
        return file == other.file && key_id == other.key_id && passphrase_file == other.passphrase_file;
    }
};

struct AuthConfig {
    AuthMethod method = AuthMethod::client_secret;
    std::string client_id;
    std::vector<std::filesystem::path> client_secret_files;  ///< one or two, in the order they are tried; resolved
    std::vector<PrivateKeyConfig> private_keys;              ///< in the order they are tried
    DpopMode dpop = DpopMode::automatic;
    bool revoke_at_end = false;
    ConfigPlace place;  ///< of the files

    bool operator==(const AuthConfig& other) const {
        return method == other.method && client_id == other.client_id && client_secret_files == other.client_secret_files &&
               private_keys == other.private_keys && dpop == other.dpop && revoke_at_end == other.revoke_at_end;
    }
};

struct PollConfig {
    std::chrono::milliseconds min_interval{1'000};
    std::chrono::milliseconds max_interval{30'000};
    bool operator==(const PollConfig&) const = default;
};

/// A sink of a tenant: one route.
struct RouteConfig {
    std::string sink;
    std::optional<StartPoint> start;   ///< instead of the tenant's
    std::vector<std::string> include;  ///< patterns on eventType; none: all events
    std::vector<std::string> exclude;
    ConfigPlace place;
};

struct TenantConfig {
    std::string name;
    Origin domain;
    std::vector<std::string> link_hosts;
    AuthConfig auth;
    std::string filter;
    StartPoint start;
    PollConfig poll;
    double rate_limit_share = 0.5;
    std::chrono::milliseconds request_timeout{60'000};
    std::chrono::milliseconds stall_after{300'000};
    std::size_t max_event = 1024 * 1024;  ///< bytes
    std::vector<RouteConfig> sinks;
    std::map<std::string, std::string> labels;
    std::string connect_to;                 ///< "host:port"; empty: the domain
    std::filesystem::path ca_file;          ///< resolved; empty: the system's
    std::string proxy;                      ///< "host:port"; empty: none
    std::filesystem::path proxy_auth_file;  ///< user:password; resolved; empty: none
    ConfigPlace proxy_auth_place;
    ConfigPlace place;  ///< of the name
    ConfigPlace domain_place;
};

struct SinkConfig {
    std::string name;
    std::string type;
    std::shared_ptr<const SinkOptions> options;
    ConfigPlace place;  ///< of the name
};

enum class LogFormat : std::uint8_t { automatic, text, json };

struct LogConfig {
    std::string level = "info";
    LogFormat format = LogFormat::automatic;
};

struct AdminConfig {
    std::optional<ListenAddress> listen = ListenAddress::at("127.0.0.1", 9464);  ///< nullopt: off
};

struct LimitsConfig {
    std::size_t memory = 256 * 1024 * 1024;  ///< bytes of pages in flight and cached
    unsigned threads = 0;                    ///< 0: one per core
};

/// The whole configuration, checked: one field per key of docs/configuration.md, the unit in the type.
struct Config {
    std::filesystem::path state_dir;
    std::string instance;  ///< empty: the machine id
    LogConfig log;
    AdminConfig admin;
    LimitsConfig limits;
    std::vector<TenantConfig> tenants;
    std::vector<SinkConfig> sinks;
};

}  // namespace oktail
