#include "app/instance.hpp"

#include <fstream>

namespace oktail {

std::string instance_name(const std::string& configured, const std::filesystem::path& machine_id) {
    if (!configured.empty()) return configured;
    std::string line;
    std::getline(std::ifstream(machine_id), line);
    return line;
}

}  // namespace oktail
