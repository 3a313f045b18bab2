#include "metrics/gauges.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// One of them is ours for looking.
double open_fds() {
    std::error_code ec;
    const std::filesystem::directory_iterator all("/proc/self/fd", ec);
    return ec ? 0 : static_cast<double>(std::distance(begin(all), end(all))) - 1;
}

double max_fds() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<prometheus::MetricFamily> process_gauges(UtcTime started_at) {
    double virtual_pages = 0;
    double resident_pages = 0;
    std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));

    prometheus::MetricFamily cpu;
    cpu.name = "process_cpu_seconds_total";
    cpu.help = "User and system CPU time spent.";
    cpu.type = prometheus::MetricType::Counter;
    cpu.metric.emplace_back().counter.value = cpu_seconds();
    return {std::move(cpu),
            gauge("process_open_fds", "Open file descriptors.", open_fds()),
            gauge("process_max_fds", "How many file descriptors may be open.", max_fds()),
            gauge("process_virtual_memory_bytes", "Virtual memory.", virtual_pages * page),
            gauge("process_resident_memory_bytes", "Resident memory.", resident_pages * page),
            gauge("process_start_time_seconds", "When the process started, since 1970.",
                  std::chrono::duration<double>(started_at.time_since_epoch()).count())};
}

}  // namespace oktail
