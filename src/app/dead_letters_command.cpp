#include "app/dead_letters_command.hpp"

#include "app/ask_daemon.hpp"
#include "app/dead_letters_text.hpp"
#include "app/load.hpp"
#include "route/dead_letters.hpp"

#include <algorithm>
#include <iostream>
#include <vector>

namespace oktail {
namespace {

namespace fs = std::filesystem;

/// The routes whose files there are, by name.
Result<std::vector<RouteId>> routes_below(const fs::path& directory) {
    std::vector<RouteId> routes;
    std::error_code error;
    if (!fs::exists(directory, error) && !error) return routes;
    fs::recursive_directory_iterator file(directory, error);
    for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
        const fs::path& path = file->path();
        if (file.depth() == 1 && path.extension() == ".ndjson" && !path.filename().string().starts_with('.'))
            routes.emplace_back(path.parent_path().filename().string(), path.stem().string());
    }
    if (error) return Error(ErrorKind::transient, directory.string() + " cannot be read: " + error.message());
    std::ranges::sort(routes);
    return routes;
}

Result<DeadLettersSummary> summary_of(const fs::path& directory, const RouteId& route) {
    const DeadLetterFile file = dead_letter_file(directory, route);
    DeadLettersSummary summary(route);
    for (;;) {
        const auto text = file.read(summary.bytes);
        if (!text) return text.error();
        if (text->empty()) return summary;
        summary.add(*text);
    }
}

Result<std::vector<DeadLettersSummary>> summaries(const fs::path& directory) {
    const auto routes = routes_below(directory);
    if (!routes) return routes.error();
    std::vector<DeadLettersSummary> all;
    for (const RouteId& route : *routes) {
        auto one = summary_of(directory, route);
        if (!one) return one.error();
        all.push_back(std::move(*one));
    }
    return all;
}

}  // namespace

ExitCode list_dead_letters(const fs::path& config, bool json) {
    const LoadedConfig loaded = load(config);
    if (!loaded.config) {
        std::cerr << loaded.problems.text();
        return ExitCode::configuration;
    }
    const auto all = summaries(dead_letters_directory(loaded.config->state_dir));
    if (!all) {
        std::cerr << "oktail: " << all.error().what() << '\n';
        return ExitCode::temporary;
    }
    std::cout << (json ? dead_letters_json(*all) + '\n' : dead_letters_table(*all));
    return ExitCode::ok;
}

ExitCode replay_dead_letters(const DaemonAddress& daemon, const RouteId& route) {
    // It waits for the sink, and there may be many.
    constexpr std::chrono::minutes patience{10};
    const auto answer =
        ask_daemon(daemon, "POST", std::string(replay_path) + '?' + route.tenant() + '/' + route.sink(), patience);
    if (!answer) {
        std::cerr << "oktail: " << answer.error().what() << '\n';
        return ExitCode::unavailable;
    }
    (answer->status == 200 ? std::cout : std::cerr) << answer->body;
    if (answer->status == 200) return ExitCode::ok;
    return answer->status == 404 ? ExitCode::usage : ExitCode::temporary;
}

}  // namespace oktail
