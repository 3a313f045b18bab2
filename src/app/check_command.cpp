#include "app/check_command.hpp"

#include "app/doctor.hpp"
#include "app/load.hpp"
#include "core/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace oktail {
namespace {

boost::json::array as_json(const Problems& problems) {
    boost::json::array all;
    for (const Problems::Problem& problem : problems.all()) {
        boost::json::object one;
        one["file"] = problem.place.file ? *problem.place.file : "";
        one["line"] = problem.place.line;
        one["column"] = problem.place.column;
        one["key"] = problem.place.key;
        one["what"] = problem.what;
        one["advice"] = problem.advice;
        all.push_back(std::move(one));
    }
    return all;
}

std::string counted(std::size_t n, const char* what) { return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s"); }

std::string_view word(Finding::Verdict verdict) {
    switch (verdict) {
        case Finding::Verdict::good: return "good";
        case Finding::Verdict::warning: return "warning";
        case Finding::Verdict::bad: return "bad";
    }
    return "";
}

boost::json::array as_json(const std::vector<Diagnosis>& diagnoses) {
    boost::json::array all;
    for (const Diagnosis& diagnosis : diagnoses) {
        boost::json::array findings;
        for (const Finding& finding : diagnosis.findings)
            findings.push_back(boost::json::object{{"about", finding.about},
                                                   {"verdict", word(finding.verdict)},
                                                   {"what", finding.what},
                                                   {"advice", finding.advice}});
        all.push_back(boost::json::object{{"subject", diagnosis.subject}, {"findings", std::move(findings)}});
    }
    return all;
}

void print(const std::vector<Diagnosis>& diagnoses) {
    for (const Diagnosis& diagnosis : diagnoses) {
        std::cout << diagnosis.subject << '\n';
        for (const Finding& finding : diagnosis.findings) {
            std::cout << "  " << std::left << std::setw(8) << word(finding.verdict) << std::setw(15) << finding.about
                      << finding.what << '\n';
            if (!finding.advice.empty()) std::cout << std::setw(25) << "" << "-> " << finding.advice << '\n';
        }
    }
}

boost::json::object config_as_json(const LoadedConfig& loaded) {
    boost::json::array problems = as_json(loaded.problems);
    for (auto& secret : as_json(loaded.secrets)) problems.push_back(secret);
    return {{"ok", loaded.config && loaded.secrets.empty()}, {"problems", std::move(problems)}};
}

ExitCode check_online(const Config& config, const CheckOptions& options, boost::json::object result) {
    const auto is_it = [&](const TenantConfig& tenant) { return tenant.name == options.tenant; };
    if (!options.tenant.empty() && std::ranges::none_of(config.tenants, is_it)) {
        std::cerr << "oktail: there is no tenant " << options.tenant << "; see oktail tenant list\n";
        return ExitCode::usage;
    }
    log::setup("error", false);  // the findings say it all
    const Diagnoses diagnoses = examine(config, options.tenant);
    const ExitCode code = diagnoses.exit_code();
    if (options.json) {
        result["ok"] = code == ExitCode::ok;
        result["tenants"] = as_json(diagnoses.tenants);
        result["sinks"] = as_json(diagnoses.sinks);
        std::cout << boost::json::serialize(result) << '\n';
    } else {
        print(diagnoses.tenants);
        print(diagnoses.sinks);
    }
    return code;
}

}  // namespace

ExitCode check_config(const CheckOptions& options) {
    const LoadedConfig loaded = load(options.config);
    const bool good = loaded.config && loaded.secrets.empty();
    if (!options.json) std::cerr << loaded.problems.text() << loaded.secrets.text();
    // A secret that cannot be read keeps its own tenant only.
    if (loaded.config && options.online) {
        const ExitCode code = check_online(*loaded.config, options, config_as_json(loaded));
        return good || !options.tenant.empty() ? code : ExitCode::configuration;  // the others' secrets are not asked about
    }
    if (options.json) std::cout << boost::json::serialize(config_as_json(loaded)) << '\n';
    else if (good)
        std::cout << options.config.string() << ": good: " << counted(loaded.config->tenants.size(), "tenant") << ", "
                  << counted(loaded.config->sinks.size(), "sink") << '\n';
    return good ? ExitCode::ok : ExitCode::configuration;
}

}  // namespace oktail
