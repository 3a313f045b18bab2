#pragma once

#include "core/worker_pool.hpp"
#include "sink/syslog/channel.hpp"
#include "sink/syslog/receivers.hpp"
#include "sink/syslog/syslog_options.hpp"

#include <oktail/sink/sink_factory.hpp>

#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// Events as syslog messages. A connection for each shard, shared by its routes.
class SyslogSink : public Sink {
public:
    SyslogSink(const std::string& name, std::shared_ptr<const SyslogOptions> options, SinkDeps deps,
               SyslogDeadlines deadlines = {});
    SyslogSink(const SyslogSink&) = delete;
    SyslogSink& operator=(const SyslogSink&) = delete;
    /// A disk with certificates that hangs does not hold it up.
    ~SyslogSink() override;

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) override;
    asio::awaitable<void> close() override;
    std::optional<std::string> traces(const RouteId& route, const Labels& labels) override;

private:
    std::shared_ptr<const SyslogOptions> options_;
    SyslogDeadlines deadlines_;
    std::unique_ptr<WorkerPool> readers_;
    Receivers receivers_;
    std::vector<std::unique_ptr<Channel>> channels_;
};

}  // namespace oktail
