#pragma once

#include <string>
#include <vector>

namespace oktail {

/// Makes a program's calls on the state database and its log fail: an environment for Process, by which the program loads
/// disk_fault_preload.cpp.
class DiskFault {
public:
    enum class Call { write, flush };

    /// The n-th such call fails, once.
    static std::vector<std::string> at(Call call, int error, int nth);
    /// Every such call fails while that file exists.
    static std::vector<std::string> as_long_as(const std::string& file, Call call, int error);
};

}  // namespace oktail
