#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "simulator/certificates.hpp"
#include "simulator/control.hpp"
#include "simulator/fake_okta.hpp"
#include "simulator/service.hpp"
#include "simulator/shifted_clock.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>
#include <sysexits.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace oktail::simulator {
namespace {

namespace fs = std::filesystem;

struct CommandLine {
    std::string dir;
    std::string listen = "127.0.0.1:0";
    std::string control = "127.0.0.1:0";
    std::vector<std::string> orgs;
    std::string events;
    std::string faults;
    std::uint64_t seed = 1;
    std::uint64_t token_lifetime = 3600;
    std::int64_t clock_ahead = 0;
};

/// Errors end the program before anything runs; they carry its exit code.
class Refused : public std::runtime_error {
public:
    Refused(int code, const std::string& what) : std::runtime_error(what), code(code) {}
    int code;
};

void declare(CLI::App& app, CommandLine& line) {
    app.add_option("--dir", line.dir, "where ca.pem, ORG.secret or ORG.pem and, when it serves, ready.json are written")
        ->required();
    app.add_option("--listen", line.listen, "address and port of the orgs (TLS)")->capture_default_str();
    app.add_option("--control", line.control, "address and port of the control port (plain HTTP)")->capture_default_str();
    app.add_option("--org", line.orgs,
                   "NAME[,rate=EVENTS_PER_S][,backlog=N][,limit=REQUESTS_PER_MIN][,token_limit=N][,huge=EVERY_N]"
                   "[,cursor=milliseconds|uuid|lengthy][,empty_next=same|absent|moved][,links=two_lines|joined|reordered]"
                   "[,client=integration|custom][,dpop=off|on]")
        ->required()
        ->type_name("ORG")
        ->allow_extra_args(false);
    app.add_option("--events", line.events, "your own events, one JSON object a line, ahead of the made-up ones in every org")
        ->check(CLI::ExistingFile);
    app.add_option("--seed", line.seed, "the same seed makes the same ids, secrets and events")->capture_default_str();
    app.add_option("--faults", line.faults, "a JSON file of scripted faults")->check(CLI::ExistingFile);
    app.add_option("--clock-ahead", line.clock_ahead, "of the machine's, in seconds; negative: behind")->capture_default_str();
    app.add_option("--token-lifetime", line.token_lifetime, "of access tokens, in seconds")->capture_default_str();
}

std::string contents_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

ServerOptions listen_options(const std::string& text) {
    const auto address = ListenAddress::parse(text);
    if (!address) throw Refused(EX_USAGE, "neither ADDRESS:PORT nor unix:PATH: " + text);
    ServerOptions options;
    options.listen = *address;
    return options;
}

Options okta_options(const CommandLine& line, UtcTime now) {
    Options options;
    options.seed = line.seed;
    options.token_lifetime = std::chrono::seconds(line.token_lifetime);
    options.start = now;
    for (const std::string& text : line.orgs) {
        auto org = read_org_options(text);
        if (!org) throw Refused(EX_USAGE, org.error().what());
        options.orgs.push_back(std::move(*org));
    }
    if (!line.events.empty()) {
        auto events = read_events(contents_of(line.events), now);
        if (!events) throw Refused(EX_DATAERR, line.events + ": " + events.error().what());
        options.events = std::move(*events);
    }
    return options;
}

void write_file(const fs::path& path, const std::string& text, fs::perms permissions) {
    const fs::path unfinished = path.string() + ".new";
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw Refused(EX_CANTCREAT, "cannot write " + path.string());
    fs::permissions(unfinished, permissions);
    fs::rename(unfinished, path);
}

constexpr fs::perms for_me = fs::perms::owner_read | fs::perms::owner_write;
constexpr fs::perms for_all = for_me | fs::perms::group_read | fs::perms::others_read;

/// Last of all files, so whoever sees it can connect.
void announce(const fs::path& dir, FakeOkta& okta, std::uint16_t port, std::uint16_t control_port) {
    boost::json::object orgs;
    for (auto& [host, org] : okta.orgs()) {
        const Client& client = org.client();
        boost::json::object given{{"client_id", client.id}};
        if (client.kind == ClientKind::integration) {
            const fs::path secret = fs::absolute(dir / (host + ".secret"));
            write_file(secret, client.secrets.front().text + "\n", for_me);
            given["secret_file"] = secret.string();
        } else {
            const fs::path key = fs::absolute(dir / (host + ".pem"));
            write_file(key, client.private_pem, for_me);
            given["key_file"] = key.string();
            given["key_id"] = client.keys.front().id;
        }
        orgs[host] = std::move(given);
    }
    const boost::json::object ready{{"port", port}, {"control_port", control_port}, {"orgs", std::move(orgs)}};
    write_file(dir / "ready.json", boost::json::serialize(ready) + "\n", for_all);
}

std::unique_ptr<HttpServer> served(Result<std::unique_ptr<HttpServer>> server) {
    if (!server) throw Refused(EX_UNAVAILABLE, server.error().what());
    return std::move(*server);
}

asio::awaitable<void> stop_on_signal(asio::signal_set& signals, HttpServer& orgs, HttpServer& control) {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto [ec, signal] = co_await signals.async_wait(token);
    static_cast<void>(ec);
    static_cast<void>(signal);
    constexpr std::chrono::milliseconds grace{200};
    co_await orgs.stop(grace);
    co_await control.stop(grace);
}

/// `okta` and `clock` outlive the server.
asio::awaitable<ServerResponse> answer_control(FakeOkta& okta, const Clock& clock, ServerRequest request) {
    co_return control(okta, request, clock.utc_now());
}

void run(const CommandLine& line) {
    ShiftedClock clock{std::chrono::seconds(line.clock_ahead)};
    FakeOkta okta(okta_options(line, clock.utc_now()));
    if (!line.faults.empty()) {
        const auto added = okta.faults().add(contents_of(line.faults), clock.utc_now());
        if (!added) throw Refused(EX_DATAERR, line.faults + ": " + added.error().what());
    }
    std::vector<std::string> hosts;
    for (const auto& [host, org] : okta.orgs()) hosts.push_back(host);
    Certificates certificates = make_certificates(hosts, clock.utc_now());
    const fs::path dir(line.dir);
    fs::create_directories(dir);
    fs::remove(dir / "ready.json");
    write_file(dir / "ca.pem", certificates.ca, for_all);

    asio::io_context io{1};
    asio::signal_set signals(io, SIGTERM, SIGINT);
    Service service(okta, clock);
    ServerOptions tls = listen_options(line.listen);
    tls.certificate_pem = certificates.server;
    tls.key_pem = certificates.server_key;
    const auto orgs = served(HttpServer::listen(io.get_executor(), clock, std::move(tls), [&service](ServerRequest request) {
        return service.handle(std::move(request));
    }));
    const auto on_control = [&](ServerRequest request) { return answer_control(okta, clock, std::move(request)); };
    const auto controls = served(HttpServer::listen(io.get_executor(), clock, listen_options(line.control), on_control));
    announce(dir, okta, orgs->port(), controls->port());
    orgs->start();
    controls->start();
    log::info({}, "ready", {{"port", orgs->port()}, {"control_port", controls->port()}, {"orgs", hosts.size()}});
    TaskGroup tasks(io.get_executor());
    tasks.spawn(stop_on_signal(signals, *orgs, *controls));
    io.run();
    fs::remove(dir / "ready.json");
}

}  // namespace
}  // namespace oktail::simulator

int main(int argc, char** argv) {
    using namespace oktail::simulator;
    ::umask(077);
    CommandLine line;
    CLI::App app("A loopback Okta with made-up orgs, for trying oktail and for testing SIEM pipelines.", "oktail-simulator");
    declare(app, line);
    try {
        app.parse(argc, argv);
        run(line);
        return EX_OK;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? EX_OK : EX_USAGE;
    } catch (const Refused& error) {
        oktail::log::error({}, error.what());
        return error.code;
    } catch (const std::filesystem::filesystem_error& error) {
        oktail::log::error({}, error.what());
        return EX_CANTCREAT;
    }
}
