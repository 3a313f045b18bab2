#include "support/daemon_process.hpp"

#include "support/whole_file.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

namespace oktail {
namespace {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

std::string uuid_of(std::string_view line) {
    constexpr std::string_view name = "\"uuid\":\"";
    const auto at = line.rfind(name);
    if (at == std::string_view::npos) return "no uuid in: " + std::string(line.substr(0, 200));
    return std::string(line.substr(at + name.size(), 36));
}

}  // namespace

void DaemonProcess::add_tenant(const std::string& domain, const std::string& more, const std::string& name) {
    const auto& org = simulator_.org(domain);
    std::string sinks = sink_name;
    for (const auto& [further, keys] : more_sinks) sinks += ", " + further;
    const std::string credential =
        org.key_file.empty()
            ? "method: client_secret, client_secret_files: [" + org.secret_file.string() + "]"
            : "method: private_key, private_keys: [{file: " + org.key_file.string() + ", key_id: " + org.key_id + "}]";
    tenants_ += "  - name: " + (name.empty() ? domain.substr(0, domain.find('.')) : name) + "\n    domain: " + domain +
                "\n    connect_to: " + okta_host + ":" + std::to_string(simulator_.port()) +
                "\n    ca_file: " + simulator_.ca_file().string() + "\n    auth: {client_id: " + org.client_id + ", " +
                credential + "}\n    sinks: [" + sinks + "]\n" + more;
}

void DaemonProcess::write_config() const {
    std::ofstream file(config_file());
    file << more << "state_dir: " << state_dir.string() << "\nlog: " << logging << '\n'
         << "defaults:\n  start: earliest\n  poll: {min_interval: 100ms, max_interval: 200ms}\n  rate_limit_share: 1\n"
         << (tenants_.empty() ? "" : "tenants:\n") << tenants_ << "sinks:\n";
    const auto write_sink = [&file](const std::string& name, const std::vector<std::string>& keys) {
        file << "  " << name << ":\n";
        for (const std::string& line : keys) file << "    " << line << '\n';
    };
    write_sink(sink_name, sink);
    for (const auto& [name, keys] : more_sinks) write_sink(name, keys);
}

void DaemonProcess::start() {
    write_config();
    std::vector<std::string> argv = launcher;
    argv.insert(argv.end(), {OKTAIL_BIN_DIR "/oktail", "run", "-c", config_file().string()});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Process::Files files;
    files.out = dir_ / ("stdout." + std::to_string(starts_ + 1));
    files.err = dir_ / ("log." + std::to_string(++starts_));
    process_.emplace(std::move(argv), files, environment);
}

Ending DaemonProcess::stop(std::chrono::milliseconds patience) {
    process_->signal(SIGTERM);
    const auto ending = process_->wait(patience);
    if (!ending) throw std::runtime_error("oktail does not stop:\n" + log());
    return *ending;
}

void DaemonProcess::kill() { process_->kill(); }

std::string DaemonProcess::log() const { return whole_file(dir_ / ("log." + std::to_string(starts_))); }

std::uintmax_t bytes_below(const std::filesystem::path& folder) {
    std::uintmax_t bytes = 0;
    if (std::filesystem::exists(folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.is_regular_file()) bytes += entry.file_size();
    return bytes;
}

std::vector<SimulatorProcess::Event> delivered_below(const std::filesystem::path& folder) {
    std::map<std::pair<std::filesystem::path, int>, std::filesystem::path> files;  // 2026.ndjson, 2026.1.ndjson, ...
    if (std::filesystem::exists(folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            const auto& path = entry.path();
            if (!entry.is_regular_file() || path.extension() != ".ndjson" || path.filename().string().front() == '.') continue;
            const auto number = path.stem().extension().string();
            files.emplace(std::pair(path.parent_path() / path.stem().stem(), number.empty() ? 0 : std::stoi(number.substr(1))),
                          path);
        }

    std::vector<SimulatorProcess::Event> events;
    for (const auto& [name, path] : files) {
        const std::string text = whole_file(path);
        std::string_view rest = text;
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            const std::string_view line = rest.substr(0, end);
            events.push_back({uuid_of(line), sha256(line)});
            rest.remove_prefix(end + 1);
        }
    }
    return events;
}

std::vector<SimulatorProcess::Event> of_org(const std::vector<SimulatorProcess::Event>& all,
                                            const std::vector<SimulatorProcess::Event>& truth) {
    std::set<std::string> known;
    for (const auto& event : truth) known.insert(event.uuid);
    std::vector<SimulatorProcess::Event> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](const auto& event) { return known.contains(event.uuid); });
    return own;
}

std::string differences(const std::vector<SimulatorProcess::Event>& delivered,
                        const std::vector<SimulatorProcess::Event>& truth) {
    if (delivered == truth) return {};
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < truth.size(); ++i) place[truth[i].uuid] = i;
    std::size_t strange = 0, changed = 0, repeated = 0, disordered = 0;
    std::set<std::string> seen;
    std::size_t last = 0;
    for (const auto& event : delivered) {
        const auto it = place.find(event.uuid);
        if (it == place.end()) {
            ++strange;
            continue;
        }
        if (truth[it->second].sha256 != event.sha256) ++changed;
        if (!seen.insert(event.uuid).second) ++repeated;
        if (it->second < last) ++disordered;
        last = it->second;
    }
    return std::to_string(truth.size() - seen.size()) + " lost, " + std::to_string(repeated) + " repeated, " +
           std::to_string(disordered) + " out of order, " + std::to_string(changed) + " changed, " + std::to_string(strange) +
           " unknown, of " + std::to_string(truth.size());
}

}  // namespace oktail
