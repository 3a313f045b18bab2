#include "app/command_line.hpp"

#include "app/check_command.hpp"
#include "app/checkpoint_command.hpp"
#include "app/dead_letters_command.hpp"
#include "app/health_command.hpp"
#include "app/keygen_command.hpp"
#include "app/load.hpp"
#include "app/query_command.hpp"
#include "app/reload_command.hpp"
#include "app/run_command.hpp"
#include "app/status_command.hpp"
#include "app/tenant_commands.hpp"
#include "auth/openssl_memory.hpp"
#include "config/config_reference.hpp"
#include "core/assert.hpp"
#include "oktail_version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace oktail {
namespace {

void add_config_option(CLI::App& command, std::filesystem::path& path) {
    command.add_option("-c,--config", path, "The configuration file")->envname("OKTAIL_CONFIG")->capture_default_str();
}

/// What a `checkpoint` command is asked for.
class CheckpointArguments {
public:
    std::filesystem::path config = "/etc/oktail/oktail.yaml";
    std::string tenant;
    std::string sink;
    std::string to;
    std::string old_name;
    std::string new_name;
    bool json = false;
    bool cursor = false;

    RouteId route() const { return RouteId(tenant, sink); }
    CursorText cursor_text() const { return cursor ? CursorText::clear : CursorText::hidden; }
};

void add_checkpoint_commands(CLI::App& app, CheckpointArguments& asked, ExitCode& code) {
    CLI::App* family = app.add_subcommand(
        "checkpoint", "Look at and move the places of routes in the log; the daemon is stopped (export: or running)");
    family->require_subcommand(1);
    const auto add = [&](const char* name, const char* what) {
        CLI::App* command = family->add_subcommand(name, what);
        add_config_option(*command, asked.config);
        return command;
    };
    const auto add_route = [&](CLI::App* command) {
        command->add_option("TENANT", asked.tenant)->required();
        command->add_option("SINK", asked.sink)->required();
    };

    CLI::App* list = add("list", "Where every route stands");
    list->add_flag("--json", asked.json, "Print JSON");
    list->callback([&] { code = list_checkpoints(asked.config, asked.json); });

    CLI::App* show = add("show", "All that is known of one route's place");
    add_route(show);
    show->add_flag("--cursor", asked.cursor, "Do not hide the cursor's token");
    show->add_flag("--json", asked.json, "Print JSON");
    show->callback([&] { code = show_checkpoint(asked.config, asked.route(), asked.cursor_text(), asked.json); });

    CLI::App* rewind = add("rewind", "Let one route deliver again what came since a time");
    add_route(rewind);
    rewind->add_option("--to", asked.to, "earliest, -24h, or 2026-11-23T00:00:00Z")->required();
    rewind->callback([&] { code = rewind_checkpoint(asked.config, asked.route(), asked.to); });

    CLI::App* rename = add("rename", "Keep the place of a tenant (TENANT) or route (TENANT/SINK) under a new name");
    rename->add_option("OLD", asked.old_name)->required();
    rename->add_option("NEW", asked.new_name)->required();
    rename->callback([&] { code = rename_checkpoints(asked.config, asked.old_name, asked.new_name); });

    CLI::App* everything = add("export", "Print all of every checkpoint as JSON");
    everything->callback([&] { code = export_checkpoints(asked.config); });
}

/// A command that asks a running daemon.
CLI::App* add_daemon_command(CLI::App& app, const char* name, const char* what, DaemonAddress& daemon) {
    CLI::App* command = app.add_subcommand(name, what);
    add_config_option(*command, daemon.config);
    command->add_option("--socket", daemon.socket, "The daemon's control socket, instead of the configuration's");
    return command;
}

/// What a `dead-letters` command is asked for.
class DeadLettersArguments {
public:
    std::filesystem::path config = "/etc/oktail/oktail.yaml";
    DaemonAddress daemon;
    std::string tenant;
    std::string sink;
    bool json = false;
};

void add_dead_letters_commands(CLI::App& app, DeadLettersArguments& asked, ExitCode& code) {
    CLI::App* family = app.add_subcommand("dead-letters", "Look at what sinks would not take, and offer it again");
    family->require_subcommand(1);

    CLI::App* list = family->add_subcommand("list", "Which routes have dead letters, how many, and why");
    add_config_option(*list, asked.config);
    list->add_flag("--json", asked.json, "Print JSON");
    list->callback([&] { code = list_dead_letters(asked.config, asked.json); });

    CLI::App* replay =
        add_daemon_command(*family, "replay", "Let the running daemon offer a route's dead letters again", asked.daemon);
    replay->add_option("TENANT", asked.tenant)->required();
    replay->add_option("SINK", asked.sink)->required();
    replay->callback([&] { code = replay_dead_letters(asked.daemon, RouteId(asked.tenant, asked.sink)); });
}

/// What a `tenant` command is asked for.
class TenantArguments {
public:
    TenantAddition addition;
    std::filesystem::path config = "/etc/oktail/oktail.yaml";
    std::string name;
    bool json = false;
    bool no_check = false;
};

void add_tenant_commands(CLI::App& app, TenantArguments& asked, ExitCode& code) {
    CLI::App* family = app.add_subcommand("tenant", "Add, list and remove tenants; a running daemon takes it up by a reload");
    family->require_subcommand(1);

    CLI::App* add = family->add_subcommand("add", "Add a tenant in a file of its own, and try it; asks for what is not given");
    NewTenant& tenant = asked.addition.tenant;
    add_config_option(*add, asked.config);
    add->add_option("NAME", tenant.name, "What it is called in state, labels and paths")->required();
    add->add_option("--domain", tenant.domain, "Its Okta domain, such as acme.okta.com");
    add->add_option("--client-id", tenant.client_id, "The client ID of the integration or app");
    CLI::Option* secret =
        add->add_option("--secret-file", tenant.secret_file, "A file with the client secret; - is standard input");
    CLI::Option* key = add->add_option("--private-key", tenant.key_file, "A file with the private key, instead of a secret");
    key->excludes(secret);
    add->add_option("--key-id", tenant.key_id, "What Okta calls the key")->needs(key);
    add->add_option("--passphrase-file", tenant.passphrase_file, "A file with the key's passphrase")->needs(key);
    add->add_option("--sink", tenant.sinks, "A sink for its events; may be given several times");
    add->add_option("--start", tenant.start, "Where it begins: now, earliest, -24h, or a time");
    add->add_option("--connect-to", tenant.connect_to, "HOST:PORT where TCP goes instead, for tests and private links");
    add->add_option("--ca-file", tenant.ca_file, "Trust this CA instead of the system's");
    add->add_flag("--no-check", asked.no_check, "Do not try it online");
    add->callback([&] {
        asked.addition.config = asked.config;
        asked.addition.check = !asked.no_check;
        code = add_tenant(asked.addition);
    });

    CLI::App* list = family->add_subcommand("list", "Every tenant, with its domain, method, sinks and file");
    add_config_option(*list, asked.config);
    list->add_flag("--json", asked.json, "Print JSON");
    list->callback([&] { code = list_tenants(asked.config, asked.json); });

    CLI::App* remove = family->add_subcommand("remove", "Remove a tenant that was added so, and its secret");
    add_config_option(*remove, asked.config);
    remove->add_option("NAME", asked.name)->required();
    remove->callback([&] { code = remove_tenant(asked.config, asked.name); });
}

/// What the commands that ask a running daemon are asked for.
class DaemonArguments {
public:
    StatusOptions status;
    DaemonAddress health;
    DaemonAddress reload;
};

void add_daemon_commands(CLI::App& app, DaemonArguments& asked, ExitCode& code) {
    const auto add = [&](const char* name, const char* what, DaemonAddress& daemon) {
        return add_daemon_command(app, name, what, daemon);
    };

    CLI::App* status = add("status", "Show what the running daemon does", asked.status.daemon);
    status->add_flag("--json", asked.status.json, "Print JSON (docs/status.md)");
    status->add_flag("--watch", asked.status.watch, "Show it anew every second");
    status->callback([&] { code = show_status(asked.status); });

    add("health", "Exit with 0 if the daemon is alive and with 69 if not", asked.health)->callback([&] {
        code = check_health(asked.health);
    });
    add("reload", "Let the running daemon read its configuration again", asked.reload)->callback([&] {
        code = reload_daemon(asked.reload);
    });
}

}  // namespace

int run_command_line(int argc, char** argv) {
    OKTAIL_ASSERT(wipe_what_openssl_frees());
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

    CheckOptions checked;
    checked.config = run_options.config;
    CLI::App* check = app.add_subcommand("check", "Find every error of the configuration, all at once");
    add_config_option(*check, checked.config);
    CLI::Option* online = check->add_flag("--online", checked.online, "Try each tenant's credentials and log, and each sink");
    check->add_option("--tenant", checked.tenant, "Only this one")->needs(online);
    check->add_flag("--json", checked.json, "Print JSON");
    check->callback([&] { code = check_config(checked); });

    CheckpointArguments checkpoint_arguments;
    add_checkpoint_commands(app, checkpoint_arguments, code);
    DeadLettersArguments dead_letters_arguments;
    add_dead_letters_commands(app, dead_letters_arguments, code);
    TenantArguments tenant_arguments;
    add_tenant_commands(app, tenant_arguments, code);
    DaemonArguments daemon_arguments;
    add_daemon_commands(app, daemon_arguments, code);

    QueryOptions query_options;
    query_options.config = run_options.config;
    std::string query_format = "raw";
    CLI::App* query =
        app.add_subcommand("query", "Look something up in a tenant's log; events go to standard output, a line each");
    add_config_option(*query, query_options.config);
    query->add_option("TENANT", query_options.tenant)->required();
    query->add_option("--since", query_options.since, "-24h, earliest, or 2026-11-23T00:00:00Z")->capture_default_str();
    query->add_option("--until", query_options.until, "The same; a minute ago at the latest, which is the default");
    query->add_option("--filter", query_options.filter, "An Okta filter expression, such as 'eventType sw \"user.\"'");
    query->add_option("--q", query_options.words, "Words that the events hold");
    query->add_option("--limit", query_options.limit, "So many events at most; 0: all")->capture_default_str();
    query->add_option("--format", query_format, "How a line is worded")
        ->check(CLI::IsMember({"raw", "envelope"}))
        ->capture_default_str();
    query->callback([&] {
        query_options.envelope = query_format == "envelope";
        code = query_log(query_options);
    });

    std::string algorithm = "ES256";
    std::filesystem::path folder;
    CLI::App* keygen = app.add_subcommand("keygen", "Make a private key for an app, and print the public JWK for Okta");
    keygen->add_option("--alg", algorithm, "What it signs with")
        ->check(CLI::IsMember({"ES256", "RS256"}))
        ->capture_default_str();
    keygen->add_option("--out", folder, "The folder for the private key")->required()->check(CLI::ExistingDirectory);
    keygen->callback([&] { code = make_key(algorithm, folder); });

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
