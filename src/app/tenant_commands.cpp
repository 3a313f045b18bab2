#include "app/tenant_commands.hpp"

#include "app/ask_person.hpp"
#include "app/check_command.hpp"
#include "app/load.hpp"
#include "app/new_file.hpp"
#include "config/secret_file.hpp"
#include "config/values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace oktail {
namespace {

namespace fs = std::filesystem;

constexpr const char* service_group = "oktail";

/// Ends the command with a text for people.
class Refused : public std::runtime_error {
public:
    Refused(ExitCode code, const std::string& what) : std::runtime_error(what), code(code) {}
    ExitCode code;
};

/// Files and folders that are taken back unless they are kept.
class Unfinished {
public:
    Unfinished() = default;
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        std::error_code ignored;
        for (auto path = made_.rbegin(); path != made_.rend(); ++path) fs::remove(*path, ignored);
    }
    void folder(const fs::path& path) {
        std::error_code ec;
        if (fs::create_directory(path, ec)) made_.push_back(path);
        if (ec) throw Refused(ExitCode::cannot_create, path.string() + " cannot be made (" + ec.message() + ")");
    }
    void file(const fs::path& path, std::string_view text) {
        const auto written = write_new_file(path, text, 0640, service_group);
        if (!written) throw Refused(ExitCode::cannot_create, written.error().what());
        made_.push_back(path);
    }
    void keep() { made_.clear(); }

private:
    std::vector<fs::path> made_;
};

Config load_or_refuse(const fs::path& path) {
    LoadedConfig loaded = load(path);
    if (!loaded.config) throw Refused(ExitCode::configuration, "the configuration has errors:\n" + loaded.problems.text());
    return std::move(*loaded.config);
}

fs::path tenant_file(const fs::path& config, const std::string& name) {
    return config.parent_path() / "tenants.d" / (name + ".yaml");
}
fs::path secret_path(const fs::path& config, const std::string& name, const char* ending) {
    return config.parent_path() / "secrets" / (name + ending);
}

void fill_in(std::string& value, const std::string& what, const std::string& option, const std::string& otherwise = {}) {
    if (!value.empty()) return;
    auto answer = is_anybody_there() ? ask_for(what, otherwise) : otherwise;
    if (!answer || answer->empty()) throw Refused(ExitCode::usage, "give the " + what + " with " + option);
    value = std::move(*answer);
}

/// The bytes of a file that somebody names, "-" for standard input, or what they type.
Secret given_secret(const std::string& file, const std::string& what, const std::string& option) {
    if (file == "-") {
        Secret secret = secret_from_input(InputEnd::of_file);
        if (secret.empty()) throw Refused(ExitCode::usage, "there is nothing on standard input");
        return secret;
    }
    if (!file.empty()) {
        auto read = read_secret(file);
        if (!read) throw Refused(ExitCode::configuration, read.error().what());
        return std::move(*read);
    }
    auto typed = is_anybody_there() ? ask_for_secret(what) : std::nullopt;
    if (!typed || typed->empty()) throw Refused(ExitCode::usage, "give the " + what + " with " + option);
    return std::move(*typed);
}

/// All of them, unless there is one only.
std::string only_sink(const Config& config) { return config.sinks.size() == 1 ? config.sinks.front().name : std::string(); }

std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> all;
    std::string word;
    for (const char c : text + ",") {
        if (c != ',' && c != ' ') word += c;
        else if (!word.empty()) all.push_back(std::exchange(word, {}));
    }
    return all;
}

void complete(NewTenant& tenant, const Config& config) {
    fill_in(tenant.domain, "Okta domain", "--domain");
    fill_in(tenant.client_id, "client ID", "--client-id");
    std::string sinks;
    if (tenant.sinks.empty()) {
        fill_in(sinks, "sinks, with commas between", "--sink", only_sink(config));
        tenant.sinks = words(sinks);
    }
}

/// Writes the secret, or the key with its passphrase, and names in the tenant what it wrote.
void store_credentials(const fs::path& config, NewTenant& tenant, Unfinished& made) {
    made.folder(config.parent_path() / "secrets");
    const auto store = [&](std::string& file, const Secret& secret, const char* ending) {
        const fs::path path = secret_path(config, tenant.name, ending);
        made.file(path, secret.reveal());
        file = (fs::path("..") / "secrets" / path.filename()).string();
    };
    if (tenant.key_file.empty()) {
        store(tenant.secret_file,
              given_secret(tenant.secret_file, "client secret", "--secret-file FILE, or - for standard input"), ".secret");
        return;
    }
    store(tenant.key_file, given_secret(tenant.key_file, "private key", "--private-key"), ".pem");
    if (!tenant.passphrase_file.empty())
        store(tenant.passphrase_file, given_secret(tenant.passphrase_file, "passphrase", "--passphrase-file"), ".pass");
}

const TenantConfig* find(const Config& config, const std::string& name) {
    const auto found = std::ranges::find(config.tenants, name, &TenantConfig::name);
    return found == config.tenants.end() ? nullptr : &*found;
}

/// What the configuration says with the new file in it; everything is taken back if it does not take it.
void try_config(const fs::path& path, const std::string& name) {
    const LoadedConfig loaded = load(path);
    if (!loaded.config)
        throw Refused(ExitCode::configuration,
                      "nothing was added, for the configuration would have errors:\n" + loaded.problems.text());
    if (!find(*loaded.config, name))
        throw Refused(ExitCode::configuration, "nothing was added, for " + path.string() +
                                                   " does not include it: write include: [tenants.d/*.yaml] there");
    for (const Problems::Problem& problem : loaded.secrets.all())
        if (problem.place.file && fs::path(*problem.place.file).filename() == name + ".yaml")
            throw Refused(ExitCode::configuration, "nothing was added: " + problem.what + "; " + problem.advice);
}

ExitCode add(const TenantAddition& asked) {
    const Config config = load_or_refuse(asked.config);
    NewTenant tenant = asked.tenant;
    if (!is_name(tenant.name))
        throw Refused(ExitCode::usage,
                      tenant.name + " is no name: small letters, digits, - and _, at most 63, a letter or digit first");
    if (find(config, tenant.name)) throw Refused(ExitCode::usage, "there is a tenant " + tenant.name + " already");
    complete(tenant, config);
    if (!tenant.ca_file.empty()) tenant.ca_file = fs::absolute(tenant.ca_file).string();
    {
        Unfinished made;
        const fs::path file = tenant_file(asked.config, tenant.name);
        made.folder(file.parent_path());
        store_credentials(asked.config, tenant, made);
        made.file(file, tenant_text(tenant));
        try_config(asked.config, tenant.name);
        made.keep();
        std::cerr << "added " << file.string() << '\n';
    }
    ExitCode code = ExitCode::ok;
    if (asked.check) {
        CheckOptions check;
        check.config = asked.config;
        check.tenant = tenant.name;
        check.online = true;
        code = check_config(check);
    }
    if (code == ExitCode::ok) std::cerr << "a running daemon takes it up with: oktail reload\n";
    else
        std::cerr << "it stays configured: mend what is bad and look again with oktail check --online --tenant " << tenant.name
                  << ", or take it back with oktail tenant remove " << tenant.name << '\n';
    return code;
}

std::string joined(const std::vector<RouteConfig>& routes) {
    std::string all;
    for (const RouteConfig& route : routes) all += (all.empty() ? "" : ", ") + route.sink;
    return all;
}

ExitCode list(const fs::path& path, bool json) {
    const Config config = load_or_refuse(path);
    boost::json::array all;
    for (const TenantConfig& tenant : config.tenants) {
        const std::string method = tenant.auth.method == AuthMethod::private_key ? "private_key" : "client_secret";
        const std::string file = tenant.place.file ? *tenant.place.file : "";
        if (json) {
            boost::json::array sinks;
            for (const RouteConfig& route : tenant.sinks) sinks.emplace_back(route.sink);
            all.push_back(boost::json::object{{"name", tenant.name},
                                              {"domain", tenant.domain.authority()},
                                              {"method", method},
                                              {"sinks", std::move(sinks)},
                                              {"file", file}});
        } else {
            std::cout << std::left << std::setw(20) << tenant.name << ' ' << std::setw(32) << tenant.domain.authority() << ' '
                      << std::setw(14) << method << ' ' << std::setw(24) << joined(tenant.sinks) << ' ' << file << '\n';
        }
    }
    if (json) std::cout << boost::json::serialize(all) << '\n';
    return ExitCode::ok;
}

ExitCode remove(const fs::path& path, const std::string& name) {
    const Config config = load_or_refuse(path);
    const TenantConfig* tenant = find(config, name);
    if (!tenant) throw Refused(ExitCode::usage, "there is no tenant " + name + "; see oktail tenant list");
    const fs::path file = tenant_file(path, name);
    const auto shares = std::ranges::count_if(config.tenants, [&](const TenantConfig& other) {
        return other.place.file && tenant->place.file && *other.place.file == *tenant->place.file;
    });
    if (!tenant->place.file || !fs::exists(file) || !fs::equivalent(*tenant->place.file, file) || shares > 1)
        throw Refused(ExitCode::usage, name + " stands in " + (tenant->place.file ? *tenant->place.file : "?") +
                                           ", which oktail tenant add has not written; remove it there");
    std::error_code ec;
    if (!fs::remove(file, ec))
        throw Refused(ExitCode::cannot_create, file.string() + " cannot be removed (" + ec.message() + ")");
    for (const char* ending : {".secret", ".pem", ".pass"}) {
        const fs::path secret = secret_path(path, name, ending);
        fs::remove(secret, ec);
        if (ec)
            throw Refused(ExitCode::cannot_create,
                          secret.string() + " cannot be removed (" + ec.message() + "); it is still there");
    }
    std::cerr << "removed " << file.string() << " and its secret; a running daemon lets it go with: oktail reload\n"
              << "Its places in the log stay in the state: a tenant of this name goes on from there.\n";
    return ExitCode::ok;
}

ExitCode guarded(const std::function<ExitCode()>& command) {
    try {
        return command();
    } catch (const Refused& refused) {
        std::cerr << "oktail: " << refused.what() << '\n';
        return refused.code;
    } catch (const fs::filesystem_error& error) {
        std::cerr << "oktail: " << error.what() << '\n';
        return ExitCode::cannot_create;
    }
}

}  // namespace

ExitCode add_tenant(const TenantAddition& asked) {
    return guarded([&] { return add(asked); });
}
ExitCode list_tenants(const fs::path& config, bool json) {
    return guarded([&] { return list(config, json); });
}
ExitCode remove_tenant(const fs::path& config, const std::string& name) {
    return guarded([&] { return remove(config, name); });
}

}  // namespace oktail
