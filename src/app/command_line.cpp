#include "app/command_line.hpp"

#include "app/check_command.hpp"
#include "app/load.hpp"
#include "app/run_command.hpp"
#include "config/config_reference.hpp"
#include "oktail_version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace oktail {
namespace {

void add_config_option(CLI::App& command, std::filesystem::path& path) {
    command.add_option("-c,--config", path, "The configuration file")->envname("OKTAIL_CONFIG")->capture_default_str();
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app("Streams the Okta System Log of many tenants into a SIEM and never loses an event.", "oktail");
    app.set_version_flag("--version", "oktail " OKTAIL_VERSION);
    app.require_subcommand(1);
    ExitCode code = ExitCode::ok;

    RunOptions run_options;
    run_options.config = "/etc/oktail/oktail.yaml";
    CLI::App* run = app.add_subcommand("run", "Run the daemon until SIGTERM or SIGINT");
    add_config_option(*run, run_options.config);
    run->add_option("--log-level", run_options.log_level, "Instead of the configuration's")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
    run->add_flag("--accept-new-state", run_options.accept_new_state,
                  "Begin anew although there are traces of an earlier run whose state is gone");
    run->callback([&] { code = run_daemon(run_options); });

    std::filesystem::path checked = run_options.config;
    bool json = false;
    CLI::App* check = app.add_subcommand("check", "Find every error of the configuration, all at once");
    add_config_option(*check, checked);
    check->add_flag("--json", json, "Print JSON");
    check->callback([&] { code = check_config(checked, json); });

    CLI::App* config = app.add_subcommand("config", "Print what can be configured");
    config->require_subcommand(1);
    config->add_subcommand("defaults", "Print every key with its default")->callback([&] {
        std::cout << config_defaults(sink_types());
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help and --version come this way too, with 0.
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(code);
}

}  // namespace oktail
