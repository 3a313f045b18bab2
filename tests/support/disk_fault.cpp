#include "support/disk_fault.hpp"

namespace oktail {
namespace {

std::vector<std::string> environment(DiskFault::Call call, int error) {
    return {"LD_PRELOAD=" OKTAIL_DISK_FAULT,
            std::string("OKTAIL_FAULT_CALL=") + (call == DiskFault::Call::write ? "write" : "flush"),
            "OKTAIL_FAULT_ERRNO=" + std::to_string(error)};
}

}  // namespace

std::vector<std::string> DiskFault::at(Call call, int error, int nth) {
    auto all = environment(call, error);
    all.push_back("OKTAIL_FAULT_NTH=" + std::to_string(nth));
    return all;
}

std::vector<std::string> DiskFault::as_long_as(const std::string& file, Call call, int error) {
    auto all = environment(call, error);
    all.push_back("OKTAIL_FAULT_WHILE=" + file);
    return all;
}

}  // namespace oktail
