#include "app/watchdog.hpp"

#include "core/log.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace oktail {
namespace {

constexpr std::chrono::seconds longest_interval{5};

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void tell_changes(const std::vector<std::string>& before, const std::vector<std::string>& now) {
    for (const std::string& name : now)
        if (!contains(before, name)) log::error({}, "a thread is stuck", {{"thread", name}});
    for (const std::string& name : before)
        if (!contains(now, name)) log::info({}, "a thread is no longer stuck", {{"thread", name}});
}

}  // namespace

asio::awaitable<void> feed_watchdog(LifeSigns& life_signs, ServiceNotifier& manager, Clock& clock, std::stop_token stop) {
    SteadyTime::duration interval = longest_interval;
    if (const auto wanted = manager.watchdog_interval()) interval = std::min<SteadyTime::duration>(interval, *wanted);
    std::vector<std::string> silent;
    while (!stop.stop_requested()) {
        life_signs.ask();
        co_await clock.sleep_for(interval, stop);
        const auto before = std::exchange(silent, life_signs.silent());
        tell_changes(before, silent);
        if (silent.empty() && manager.watchdog_interval()) manager.alive();
    }
}

}  // namespace oktail
