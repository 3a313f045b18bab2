#include "app/check_command.hpp"

#include "app/load.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

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

}  // namespace

ExitCode check_config(const std::filesystem::path& path, bool json) {
    const LoadedConfig loaded = load(path);
    const bool good = loaded.config && loaded.secrets.empty();
    if (json) {
        boost::json::object result;
        result["ok"] = good;
        boost::json::array problems = as_json(loaded.problems);
        for (auto& secret : as_json(loaded.secrets)) problems.push_back(secret);
        result["problems"] = std::move(problems);
        std::cout << boost::json::serialize(result) << '\n';
    } else if (good) {
        std::cout << path.string() << ": good: " << counted(loaded.config->tenants.size(), "tenant") << ", "
                  << counted(loaded.config->sinks.size(), "sink") << '\n';
    } else {
        std::cerr << loaded.problems.text() << loaded.secrets.text();
    }
    return good ? ExitCode::ok : ExitCode::configuration;
}

}  // namespace oktail
