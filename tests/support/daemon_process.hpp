#pragma once

#include "support/process.hpp"
#include "support/simulator_process.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// The built oktail with a configuration of its own against a simulator; started, stopped and killed as often as a test likes.
class DaemonProcess {
public:
    /// Files, state and log go below `dir`.
    DaemonProcess(const std::filesystem::path& dir, const SimulatorProcess& simulator)
        : state_dir(dir / "state"), sink{"type: file", "path: " + (dir / "out").string() + "/{tenant}/%Y.ndjson"}, dir_(dir),
          simulator_(simulator) {}

    /// A tenant of that org into the sink, called like the first part of its domain unless it has a name. `more`: lines of
    /// YAML, indented by 4.
    void add_tenant(const std::string& domain, const std::string& more = {}, const std::string& name = {});
    /// Lets go of all tenants, so that others can be added.
    void remove_tenants() { tenants_.clear(); }
    std::filesystem::path state_dir;
    std::string sink_name = "files";
    /// Keys of the sink, a line of YAML each.
    std::vector<std::string> sink;
    /// Keys of further sinks by name; the tenants added from now on go into each of them too.
    std::map<std::string, std::vector<std::string>> more_sinks;
    std::string more;                                      ///< lines of YAML at the top of the file
    std::string logging = "{level: debug, format: text}";  ///< the key `log`
    std::vector<std::string> arguments;                    ///< of `oktail run`, after -c
    std::vector<std::string> environment;                  ///< "NAME=value", besides ours
    std::vector<std::string> launcher;                     ///< becomes oktail: a program and its first arguments
    std::string okta_host = "127.0.0.1";                   ///< for tenants added from now on

    void start();
    /// SIGTERM, and its end.
    Ending stop(std::chrono::milliseconds patience = std::chrono::seconds(15));
    void kill();
    Process& process() { return *process_; }

    std::string log() const;
    int starts() const { return starts_; }
    const std::filesystem::path& dir() const { return dir_; }
    std::filesystem::path config_file() const { return dir_ / "oktail.yaml"; }
    /// All of it, for tests that run the program themselves.
    void write_config() const;

private:
    std::filesystem::path dir_;
    const SimulatorProcess& simulator_;
    std::string tenants_;
    std::optional<Process> process_;
    int starts_ = 0;
};

/// The sizes of all files below a folder, which need not be there.
std::uintmax_t bytes_below(const std::filesystem::path& folder);

/// What a reader of the .ndjson files below a folder has: the lines of each file in the order of names and numbers, as uuid and
/// hash of the bytes. What is behind the last line end of a file does not count.
std::vector<SimulatorProcess::Event> delivered_below(const std::filesystem::path& folder);

/// The events among `all` that are of that org's truth, in order: for several tenants in one file.
std::vector<SimulatorProcess::Event> of_org(const std::vector<SimulatorProcess::Event>& all,
                                            const std::vector<SimulatorProcess::Event>& truth);

/// Empty if `delivered` is exactly `truth`, in order and byte for byte; otherwise what is wrong, for a person.
std::string differences(const std::vector<SimulatorProcess::Event>& delivered,
                        const std::vector<SimulatorProcess::Event>& truth);

}  // namespace oktail
