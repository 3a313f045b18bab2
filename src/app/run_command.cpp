#include "app/run_command.hpp"

#include "admin/admin.hpp"
#include "admin/summary.hpp"
#include "app/checkpoint_command.hpp"
#include "app/control_socket.hpp"
#include "app/daemon.hpp"
#include "app/dead_letters_command.hpp"
#include "app/dead_letters_text.hpp"
#include "app/instance.hpp"
#include "app/load.hpp"
#include "app/no_core_dumps.hpp"
#include "app/service_notifier.hpp"
#include "app/watchdog.hpp"
#include "core/event_flag.hpp"
#include "core/log.hpp"
#include "core/network_file_system.hpp"
#include "core/steady_clock.hpp"
#include "oktail_version.hpp"
#include "state/sqlite_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

namespace oktail {
namespace {

constexpr std::chrono::seconds unwind_after{8};
constexpr unsigned leave_after_s = 9;
/// A flush of a slow disk takes its time, and is no reason to end.
constexpr std::chrono::minutes patience_with_the_state{2};

/// Leaves without waiting for anybody: the state is safe by construction. In a signal handler, for a hung mount may have taken
/// every thread that could do it otherwise.
extern "C" void leave_now(int) { ::_exit(static_cast<int>(ExitCode::ok)); }

void setup_log(const LogConfig& wanted, const std::string& level) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const bool json = wanted.format == LogFormat::automatic ? !terminal : wanted.format == LogFormat::json;
    log::setup(level.empty() ? wanted.level : level, json);
}

/// Pages are megabytes, come one after the other, and glibc would map and unmap memory for each: the kernel's work of faulting
/// it in is a quarter of what catching up costs. Now they come from the heap, and it keeps what the next ones will need.
void keep_memory_of_pages() {
    constexpr int largest_on_the_heap = 32 * 1024 * 1024;  // more is not taken (mallopt(3))
    constexpr int kept = 16 * 1024 * 1024;
    ::mallopt(M_MMAP_THRESHOLD, largest_on_the_heap);
    ::mallopt(M_TRIM_THRESHOLD, kept);
}

void log_problems(const LoadedConfig& loaded) {
    for (const Problems::Problem& problem : loaded.problems.all())
        log::error({}, "the configuration is wrong",
                   {{"at", problem.place.text()}, {"what", problem.what}, {"do", problem.advice}});
    // A tenant whose secret cannot be read waits, and is taken up when it can.
    for (const Problems::Problem& problem : loaded.secrets.all())
        log::error({}, "a file of a tenant cannot be used",
                   {{"at", problem.place.text()}, {"why", problem.what}, {"do", problem.advice}});
}

/// A reload asked for before anybody listens waits; by default the signal would end the process.
void hold_hangups(bool hold) {
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    ::pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &hangup, nullptr);
}

ExitCode exit_code(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::transient: return ExitCode::temporary;
        case ErrorKind::rejected: return ExitCode::configuration;
        default: return ExitCode::io_error;
    }
}

/// The life of the daemon, on the main thread.
class Life {
public:
    Life(const RunOptions& options, Config config, SqliteStore& state, Clock& clock)
        : options_(options), config_(std::move(config)), clock_(clock), manager_(environment, clock),
          signals_(main_.get_executor(), SIGTERM, SIGINT), hangups_(main_.get_executor(), SIGHUP), life_signs_(clock),
          daemon_(config_, options.accept_new_state, state, clock, main_.get_executor()),
          admin_(main_.get_executor(), clock, daemon_.happenings(), facts(), hooks()), deadline_(main_.get_executor()),
          state_(state), tasks_(main_.get_executor()) {
        const auto post = [&state](std::function<void()> job) { state.post(std::move(job)); };
        life_signs_.watch("state", post, patience_with_the_state);
        daemon_.show_life(life_signs_);
        admin_.on_control("POST", replay_path, [this](ServerRequest request) { return replay(std::move(request)); });
        admin_.on_control("GET", export_path, [this](ServerRequest) { return export_checkpoints(); });
    }

    ExitCode run() {
        tasks_.spawn(live());
        tasks_.spawn(end_on_fatal());
        tasks_.spawn(end_on_signal());
        tasks_.spawn(reload_on_signal());
        hold_hangups(false);
        tasks_.spawn(daemon_.watch(stop_.get_token()));
        tasks_.spawn(feed_watchdog(life_signs_, manager_, clock_, stop_.get_token()));
        tasks_.spawn(show_status(stop_.get_token()));
        main_.run();
        return code_;
    }

private:
    DaemonFacts facts() const { return DaemonFacts(OKTAIL_VERSION, instance_name(config_.instance), clock_.utc_now()); }
    AdminHooks hooks() {
        AdminHooks hooks;
        hooks.stuck = [this] { return stuck(); };
        hooks.reload = [this] { return reload(); };
        return hooks;
    }

    asio::awaitable<void> live() {
        admin_.open_control(control_socket(config_, environment));
        co_await admin_.listen(config_.admin.listen);
        auto recovered = co_await daemon_.recover();
        if (!recovered) co_return fail(recovered.error());
        auto started = co_await daemon_.apply(config_);
        if (!started && started.error().kind() == ErrorKind::stopped) co_return;
        if (!started) co_return fail(started.error());
        log::info({}, "oktail runs", {{"tenants", config_.tenants.size()}, {"sinks", config_.sinks.size()}});
        admin_.set_started();
        manager_.ready();
        is_started_ = true;
        started_.notify();
    }

    std::optional<std::string> stuck() const {
        std::string names;
        for (const std::string& name : life_signs_.silent()) names += (names.empty() ? "stuck: " : ", ") + name;
        if (names.empty()) return std::nullopt;
        return names;
    }

    /// In the service manager's words, when there is something new to say.
    asio::awaitable<void> show_status(std::stop_token stop) {
        for (std::string shown; !stop.stop_requested();) {
            const std::string now = summary(daemon_.happenings().status());
            if (std::exchange(shown, now) != now) manager_.status(now);
            co_await clock_.sleep_for(std::chrono::seconds(1), stop);
        }
    }

    asio::awaitable<void> reload_on_signal() {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        for (;;) {
            const auto [ec, number] = co_await hangups_.async_wait(token);
            if (ec) co_return;
            const auto reloaded = co_await reload();
            static_cast<void>(reloaded);  // it has logged what there is to say
        }
    }

    /// What it did, for people. Errors: rejected (every problem of the configuration; nothing was changed), stopped.
    asio::awaitable<Result<std::string>> reload() {
        // Before the start is done, routes would write into files that are still being mended.
        while (!is_started_ && !stop_.stop_requested()) co_await started_.wait(stop_.get_token());
        if (stop_.stop_requested()) co_return Error(ErrorKind::stopped, "the daemon stops");
        manager_.reloading();
        auto changes = co_await load_and_apply();
        manager_.ready();
        co_return changes;
    }

    asio::awaitable<Result<std::string>> load_and_apply() {
        LoadedConfig loaded = load(options_.config);
        log_problems(loaded);
        if (!loaded.config) {
            log::error({}, "the configuration is not reloaded: all goes on as before");
            co_return Error(ErrorKind::rejected, loaded.problems.text());
        }
        setup_log(loaded.config->log, options_.log_level);
        const auto listen = loaded.config->admin.listen;
        const auto applied = co_await daemon_.apply(std::move(*loaded.config));
        if (!applied) co_return applied.error();
        co_await admin_.listen(listen);
        log::info({}, "the configuration is reloaded", {{"changes", summary(*applied)}});
        co_return summary(*applied);
    }

    asio::awaitable<ServerResponse> replay(ServerRequest request) {
        const std::string name = request.target.substr(request.target.find('?') + 1);
        const auto slash = name.find('/');
        const RouteId route(name.substr(0, slash), slash == std::string::npos ? "" : name.substr(slash + 1));
        const auto replayed = co_await daemon_.replay(route);
        if (!replayed)
            co_return text_response(replayed.error().kind() == ErrorKind::rejected ? 404 : 503,
                                    "oktail: " + replayed.error().what() + '\n');
        co_return text_response(replayed->ended ? 503 : 200, replayed_text(route, *replayed));
    }

    asio::awaitable<ServerResponse> export_checkpoints() {
        auto text = co_await exported_checkpoints(state_);
        if (!text) co_return text_response(503, text.error().what());
        co_return ServerResponse(200, {{"Content-Type", "application/json"}}, std::move(*text));
    }

    asio::awaitable<void> end_on_fatal() {
        const Error why = co_await daemon_.fatal();
        fail(why);
    }

    asio::awaitable<void> end_on_signal() {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        const auto [ec, number] = co_await signals_.async_wait(token);
        if (ec) co_return;
        log::info({}, "stopping", {{"signal", number}});
        manager_.stopping();
        tasks_.spawn(stop());
        tasks_.spawn(unwind_late());
        signals_.clear();
        std::signal(SIGTERM, leave_now);
        std::signal(SIGINT, leave_now);
        std::signal(SIGALRM, leave_now);
        ::alarm(leave_after_s);
    }

    asio::awaitable<void> stop() {
        stop_.request_stop();
        co_await daemon_.stop();
        co_await admin_.stop();
        log::info({}, "stopped");
        tasks_.cancel();
    }

    /// What a stop cannot end is unwound, and a second later left behind.
    asio::awaitable<void> unwind_late() {
        deadline_.expires_after(unwind_after);
        co_await deadline_.async_wait(asio::use_awaitable);
        log::warn({}, "some routes do not stop; unwinding them");
        daemon_.cancel();
    }

    /// The end with an error: nothing more is written, so nothing has to be stopped with care.
    void fail(const Error& why) {
        log::error({}, "oktail ends", {{"kind", to_string(why.kind())}, {"why", why.what()}});
        log::flush();
        ::_exit(static_cast<int>(exit_code(why.kind())));
    }

    const RunOptions& options_;
    Config config_;
    Clock& clock_;
    ServiceNotifier manager_;
    asio::io_context main_{1};
    asio::signal_set signals_;  // first of what takes time to make: a stop that comes meanwhile is one like any other
    asio::signal_set hangups_;
    LifeSigns life_signs_;
    Daemon daemon_;
    Admin admin_;
    asio::steady_timer deadline_;
    StateStore& state_;
    std::stop_source stop_;
    bool is_started_ = false;
    EventFlag started_;
    ExitCode code_ = ExitCode::ok;
    TaskGroup tasks_;
};

}  // namespace

ExitCode run_daemon(const RunOptions& options) {
    forbid_core_dumps();
    hold_hangups(true);
    const LoadedConfig loaded = load(options.config);
    std::cerr << loaded.problems.text();
    if (!loaded.config) return ExitCode::configuration;
    const Config& config = *loaded.config;
    setup_log(config.log, options.log_level);
    keep_memory_of_pages();
    log_problems(loaded);
    std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of its write

    auto state = SqliteStore::open(config.state_dir);
    if (!state) {
        log::error({}, "the state cannot be opened", {{"why", state.error().what()}});
        return exit_code(state.error().kind());
    }
    if (const auto network = network_file_system(config.state_dir))
        log::warn({}, "the state is on a network file system: no promise holds if its flushes or locks are not kept",
                  {{"state_dir", config.state_dir.string()}, {"file_system", *network}});
    SteadyClock clock;
    ExitCode code = ExitCode::ok;
    const auto leave_if_anything_is_left_behind = [&code] {
        if (!is_anything_left_behind()) return;
        log::flush();
        ::_exit(static_cast<int>(code));
    };
    {
        Life life(options, config, **state, clock);
        code = life.run();
        leave_if_anything_is_left_behind();
    }
    leave_if_anything_is_left_behind();  // a look-up that hangs
    return code;
}

}  // namespace oktail
