#include "app/checkpoint_command.hpp"

#include "app/ask_daemon.hpp"
#include "app/load.hpp"
#include "app/start_time.hpp"
#include "config/values.hpp"
#include "core/steady_clock.hpp"
#include "core/time_text.hpp"
#include "okta/logs_request.hpp"
#include "route/dead_letters.hpp"
#include "state/checkpoint_moves.hpp"
#include "state/sqlite_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <iostream>
#include <optional>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using Answer = asio::awaitable<ExitCode>;

ExitCode fail(const Error& error) {
    std::cerr << "oktail: " << error.what() << '\n';
    return exit_code_of(error.kind());
}

ExitCode refuse(const std::string& why) {
    std::cerr << "oktail: " << why << '\n';
    return ExitCode::usage;
}

/// For the state that another process has.
using InUse = std::function<ExitCode(const Error&)>;

/// Opens the state that the configuration names, as the daemon would, and asks it.
ExitCode ask_state(const fs::path& path, const std::function<Answer(StateStore&, fs::path)>& question,
                   const InUse& in_use = fail) {
    const LoadedConfig loaded = load(path);
    if (!loaded.config) {
        std::cerr << loaded.problems.text();
        return ExitCode::configuration;
    }
    asio::io_context here{1};
    SqliteStoreOptions options;
    options.make = false;
    auto state = SqliteStore::open(loaded.config->state_dir, options);
    if (!state) return state.error().kind() == ErrorKind::transient ? in_use(state.error()) : fail(state.error());
    auto answer = asio::co_spawn(here, question(**state, loaded.config->state_dir), asio::use_future);
    here.run();
    return answer.get();
}

std::string text_of(const RouteId& route) { return route.tenant() + '/' + route.sink(); }

Error no_checkpoint(const RouteId& route) {
    return Error(ErrorKind::rejected, text_of(route) + " has no checkpoint; `oktail checkpoint list` shows those there are");
}

Answer list(StateStore& state, bool json) {
    const auto all = co_await state.load_checkpoints();
    if (!all) co_return fail(all.error());
    std::cout << (json ? checkpoint_list_json(*all) + '\n' : checkpoint_table(*all));
    co_return ExitCode::ok;
}

Answer show(StateStore& state, RouteId route, CursorText cursor, bool json) {
    const auto at = co_await state.load(route);
    if (!at) co_return fail(at.error());
    if (!*at) co_return refuse(no_checkpoint(route).what());
    std::cout << (json ? checkpoint_json(route, **at, cursor) + '\n' : checkpoint_details(route, **at, cursor));
    co_return ExitCode::ok;
}

Answer rewind(StateStore& state, RouteId route, StartPoint to) {
    const auto at = co_await state.load(route);
    if (!at) co_return fail(at.error());
    if (!*at) co_return refuse(no_checkpoint(route).what());
    const UtcTime since = start_time(to, SteadyClock().utc_now());
    const UtcTime place = reached(**at);
    if (since > place)
        co_return refuse(text_of(route) + " stands at " + rfc3339(place) + ": to begin at " + rfc3339(since) +
                         " would skip the events between");
    auto saved = co_await state.save(route, rewound(**at, since, first_cursor(since, (*at)->query)));
    if (!saved) co_return fail(saved.error());
    std::cerr << text_of(route) << " begins again at " << rfc3339(since) << ". Its sink has been given events up to "
              << rfc3339(place) << ": those since the beginning will be given to it again.\n";
    co_return ExitCode::ok;
}

/// Like create_directory(), but what root makes belongs to whom the folder around it belongs: the daemon must write there.
void make_folder(const fs::path& folder, std::error_code& error) {
    struct stat around{};
    if (!fs::create_directory(folder, error) || error) return;
    if (::stat(folder.parent_path().c_str(), &around) != 0 || ::chown(folder.c_str(), around.st_uid, around.st_gid) != 0)
        error = std::error_code(errno, std::system_category());
}

/// The second step of a renaming, so a failure is only told: what was set aside is still there, under the old name.
void move_dead_letters(const fs::path& state_dir, const RouteId& from, const RouteId& to) {
    const fs::path folder = dead_letters_directory(state_dir);
    const fs::path old_file = folder / from.tenant() / (from.sink() + ".ndjson");
    const fs::path new_file = folder / to.tenant() / (to.sink() + ".ndjson");
    std::error_code error;
    if (!fs::exists(old_file, error)) return;
    if (fs::exists(new_file, error)) error = make_error_code(std::errc::file_exists);
    if (!error) make_folder(new_file.parent_path(), error);
    if (!error) fs::rename(old_file, new_file, error);
    if (error) std::cerr << "oktail: " << old_file.string() << " stays where it is: " << error.message() << '\n';
}

Answer rename(StateStore& state, fs::path state_dir, RouteName from, RouteName to) {
    const auto all = co_await state.load_checkpoints();
    if (!all) co_return fail(all.error());
    const auto tables = co_await state.load_files();
    if (!tables) co_return fail(tables.error());
    const auto change = renamed(*all, tables->streams, from, to);
    if (!change) co_return refuse(change.error().what());
    const auto committed = co_await state.commit(*change);
    if (!committed) co_return fail(committed.error());
    for (std::size_t i = 0; i < change->checkpoints.size(); ++i) {
        const RouteId& before = change->dropped_checkpoints[i];
        const RouteId& after = change->checkpoints[i].first;
        move_dead_letters(state_dir, before, after);
        std::cerr << text_of(before) << " is now " << text_of(after) << '\n';
    }
    std::cerr
        << "Give it the same name in the configuration before oktail runs again: under the old one it would begin anew.\n";
    co_return ExitCode::ok;
}

Answer print_export(StateStore& state) {
    const auto text = co_await exported_checkpoints(state);
    if (!text) co_return fail(text.error());
    std::cout << *text << '\n';
    co_return ExitCode::ok;
}

ExitCode print_export_of_daemon(const DaemonAddress& daemon) {
    const auto answer = ask_daemon(daemon, "GET", export_path, std::chrono::seconds(60));
    if (!answer) return fail(answer.error());
    if (answer->status != 200) return fail(Error(ErrorKind::transient, "the running oktail says: " + answer->body));
    std::cout << answer->body << '\n';
    return ExitCode::ok;
}

std::optional<RouteName> parse_route_name(const std::string& text) {
    const auto slash = text.find('/');
    const RouteName name =
        slash == std::string::npos ? RouteName(text) : RouteName(text.substr(0, slash), text.substr(slash + 1));
    const bool good = is_name(name.tenant()) && (slash == std::string::npos || is_name(name.sink()));
    return good ? std::optional(name) : std::nullopt;
}

}  // namespace

ExitCode list_checkpoints(const fs::path& config, bool json) {
    return ask_state(config, [=](StateStore& state, const fs::path&) { return list(state, json); });
}

ExitCode show_checkpoint(const fs::path& config, const RouteId& route, CursorText cursor, bool json) {
    return ask_state(config, [&](StateStore& state, const fs::path&) { return show(state, route, cursor, json); });
}

ExitCode rewind_checkpoint(const fs::path& config, const RouteId& route, const std::string& to) {
    const auto start = parse_start(to);
    if (!start) return refuse("--to " + to + " is no time: say earliest, -24h, or 2026-11-23T00:00:00Z");
    return ask_state(config, [&](StateStore& state, const fs::path&) { return rewind(state, route, *start); });
}

ExitCode rename_checkpoints(const fs::path& config, const std::string& from, const std::string& to) {
    const auto old_name = parse_route_name(from);
    const auto new_name = parse_route_name(to);
    if (!old_name || !new_name) return refuse((old_name ? to : from) + " is no name: say TENANT or TENANT/SINK");
    return ask_state(
        config, [&](StateStore& state, const fs::path& state_dir) { return rename(state, state_dir, *old_name, *new_name); });
}

ExitCode export_checkpoints(const fs::path& config) {
    DaemonAddress daemon;
    daemon.config = config;
    return ask_state(
        config, [](StateStore& state, const fs::path&) { return print_export(state); },
        [&](const Error& in_use) {
            std::cerr << "oktail: " << in_use.what() << "; asking it\n";
            return print_export_of_daemon(daemon);
        });
}

asio::awaitable<Result<std::string>> exported_checkpoints(StateStore& state) {
    const auto all = co_await state.load_checkpoints();
    if (!all) co_return all.error();
    co_return checkpoint_export_json(*all);
}

}  // namespace oktail
