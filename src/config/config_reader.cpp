#include "config/config_reader.hpp"

#include "config/config_check.hpp"
#include "config/config_files.hpp"
#include "config/key_check.hpp"
#include "config/named_files.hpp"
#include "config/section.hpp"
#include "config/suggestion.hpp"
#include "config/tables.hpp"
#include "config/tenant_reader.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

using Kind = ConfigNode::Kind;

/// Gives `node` what it does not say itself: maps are merged, everything else is replaced.
void merge_under(ConfigNode& node, const ConfigNode& defaults) {
    if (node.kind == Kind::null) node = defaults;
    if (node.kind != Kind::map) return;
    for (const auto& entry : defaults.entries) {
        if (ConfigNode* own = node.find(entry.name)) merge_under(*own, entry.value);
        else node.entries.push_back(entry);
    }
}

void merge_defaults(ConfigNode& root) {
    const ConfigNode* defaults = std::as_const(root).find("defaults");
    ConfigNode* tenants = root.find("tenants");
    if (!defaults || !tenants) return;
    for (ConfigNode& tenant : tenants->items)
        if (tenant.kind == Kind::map) merge_under(tenant, *defaults);
}

std::filesystem::path state_dir(const Section& root, const Environment& environment) {
    const auto by_systemd = environment("STATE_DIRECTORY");
    if (root.given("state_dir") || !by_systemd || by_systemd->empty()) return root.path("state_dir");
    return by_systemd->substr(0, by_systemd->find(':'));  // it may list several
}

LogConfig read_log(const Section& section) {
    LogConfig log;
    log.level = section.text("level");
    log.format = section.choice<LogFormat>(
        "format", {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}});
    return log;
}

LimitsConfig read_limits(const Section& section) {
    LimitsConfig limits;
    limits.memory = section.size("memory");
    limits.threads = static_cast<unsigned>(section.integer("threads"));
    return limits;
}

/// The type's own keys are read by the type.
std::shared_ptr<const SinkOptions> read_options(ConfigNode sink, const SinkTypes& types, const Environment& environment,
                                                SinkConfig& config, Problems& problems) {
    std::vector<std::string_view> known;
    for (const SinkType& type : types) known.push_back(type.name);
    const auto entry = std::ranges::find(sink.entries, std::string_view("type"), &ConfigNode::Entry::name);
    if (entry == sink.entries.end()) {
        problems.add(sink.place, "has no type", "add it (" + suggestion({}, known) + ")");
        return nullptr;
    }
    config.type = entry->value.text;
    const auto type = std::ranges::find(types, std::string_view(config.type), &SinkType::name);
    if (type == types.end()) {
        if (entry->value.kind != Kind::broken)
            problems.add(entry->value.place, quote(config.type, 64) + " is no type of sink", suggestion(config.type, known));
        return nullptr;
    }
    sink.entries.erase(entry);
    return type->parse(sink, environment, problems);
}

SinkConfig read_sink(const ConfigNode::Entry& entry, const SinkTypes& types, const Environment& environment,
                     Problems& problems) {
    SinkConfig sink;
    sink.name = entry.name;
    sink.place = entry.place;
    if (entry.value.kind == Kind::map) sink.options = read_options(entry.value, types, environment, sink, problems);
    return sink;
}

Config read_tree(const ConfigNode& root, const Environment& environment, const SinkTypes& types, Problems& problems) {
    const Section section(&root, root_keys());
    Config config;
    config.state_dir = state_dir(section, environment);
    config.instance = section.text("instance");
    config.log = read_log(section.section("log"));
    config.admin.listen = section.section("admin").listen("listen");
    config.limits = read_limits(section.section("limits"));
    if (const ConfigNode* tenants = section.given("tenants"))
        for (const ConfigNode& node : tenants->items)
            if (node.kind == Kind::map) config.tenants.push_back(read_tenant(node, environment, problems));
    if (const ConfigNode* sinks = section.given("sinks"))
        for (const auto& entry : sinks->entries) config.sinks.push_back(read_sink(entry, types, environment, problems));
    return config;
}

/// Everything but the rules between tenants and sinks.
Config read_parts(ConfigNode root, const Environment& environment, const SinkTypes& types, Problems& problems) {
    if (root.kind != Kind::map && root.kind != Kind::null) {
        problems.add(root.place, "must be a map", "begin it with tenants: or sinks:");
        return {};
    }
    merge_defaults(root);
    check_keys(root, root_keys(), problems);
    return read_tree(root, environment, types, problems);
}

}  // namespace

Config read_config(ConfigNode root, const Environment& environment, const SinkTypes& types, Problems& problems) {
    Config config = read_parts(std::move(root), environment, types, problems);
    check_config(config, problems);
    return config;
}

LoadedConfig load_config(const std::string& path, const Environment& environment, const SinkTypes& types) {
    LoadedConfig loaded;
    ConfigTree tree = read_files(path, environment, loaded.problems);
    Config config = read_parts(std::move(tree.root), environment, types, loaded.problems);
    // With a file missing, half of these rules would complain about what is in it.
    if (tree.is_whole) check_config(config, loaded.problems);
    check_named_files(config, loaded.secrets);
    if (loaded.problems.empty()) loaded.config = std::move(config);
    return loaded;
}

std::filesystem::path state_dir_of(const std::string& path, const Environment& environment) {
    Problems ignored;
    const auto root = read_file_alone(path, environment, ignored);
    return state_dir(Section(root ? &*root : nullptr, root_keys()), environment);
}

}  // namespace oktail
