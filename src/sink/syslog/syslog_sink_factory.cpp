#include "sink/syslog/syslog_sink_factory.hpp"

#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "sink/syslog/syslog_options.hpp"
#include "sink/syslog/syslog_sink.hpp"

#include <boost/asio/io_context.hpp>

namespace oktail {
namespace {

/// Opens a session with each receiver, and ends it.
class Probe {
public:
    explicit Probe(const SyslogKeys& keys) : keys_(keys) { deadlines_.connect = std::chrono::seconds(5); }

    Result<std::string> run() {
        tasks_.spawn(ask_all());
        io_.run();
        const std::string good = good_.empty() ? std::string() : " (" + good_ + ")";
        if (!bad_.empty())
            return Error(ErrorKind::transient, bad_ + good + "; look at the address, its firewall, `transport` and `tls`");
        return good_;
    }

private:
    asio::awaitable<void> ask_all() {
        for (std::size_t i = 0; i < receivers_.size(); ++i) {
            ReplayWindow nothing(0);
            const std::stop_token never;
            auto session = co_await receivers_.open(i, nothing, never);
            if (!session) bad_ += (bad_.empty() ? "" : "; ") + session.error().what();
            else good_ += (good_.empty() ? "" : ", ") + said_of(i, **session);
            if (session) co_await end(**session);
        }
    }

    std::string said_of(std::size_t receiver, const SyslogSession& session) const {
        if (keys_.is_udp()) return keys_.addresses[receiver] + " is " + session.description() + ", and UDP never answers";
        return keys_.addresses[receiver] + " answers" + (keys_.is_relp() ? " and speaks RELP" : "");
    }

    /// A receiver that wants a certificate of ours says so only now: TLS 1.3 has its handshake behind it by then.
    asio::awaitable<void> end(SyslogSession& session) {
        Outbox nothing;
        std::stop_source stop;
        TaskGroup stopping(io_.get_executor());
        stopping.spawn(stop_later(stop));
        const Error why = co_await session.run(nothing, stop.get_token());
        stop.request_stop();
        co_await stopping.join();
        if (why.kind() != ErrorKind::stopped) bad_ += (bad_.empty() ? "" : "; ") + session.description() + ": " + why.what();
    }
    asio::awaitable<void> stop_later(std::stop_source stop) {
        if (!keys_.is_udp()) co_await clock_.sleep_for(std::chrono::milliseconds(500), stop.get_token());
        stop.request_stop();
    }

    const SyslogKeys& keys_;
    SyslogDeadlines deadlines_;
    SteadyClock clock_;
    asio::io_context io_{1};
    Resolver resolver_{clock_, Resolver::look_up_by_system, 2};
    WorkerPool readers_{"certs", 1};
    Receivers receivers_{keys_, resolver_, readers_, clock_, deadlines_};
    std::string good_;
    std::string bad_;
    TaskGroup tasks_{io_.get_executor()};
};

}  // namespace

const KeyTable& SyslogSinkFactory::keys() const { return syslog_keys(); }

std::shared_ptr<const SinkOptions> SyslogSinkFactory::parse(const ConfigNode& sink, const Environment& environment,
                                                            Problems& problems) const {
    return parse_syslog_options(sink, environment, problems);
}

Result<std::string> SyslogSinkFactory::probe(const SinkOptions& options) const {
    return Probe(dynamic_cast<const SyslogOptions&>(options)).run();
}

std::unique_ptr<Sink> SyslogSinkFactory::make(std::string name, std::shared_ptr<const SinkOptions> options,
                                              SinkDeps deps) const {
    return std::make_unique<SyslogSink>(name, std::static_pointer_cast<const SyslogOptions>(std::move(options)),
                                        std::move(deps));
}

}  // namespace oktail
