#include "sink/file/file_sink_factory.hpp"
#include "sink/kafka/kafka_sink_factory.hpp"
#include "sink/stdout/stdout_sink_factory.hpp"
#include "sink/syslog/syslog_sink_factory.hpp"

#include <oktail/sink/sink_factory.hpp>

namespace oktail {

const std::vector<const SinkFactory*>& all_sinks() {
    static const FileSinkFactory file;
    static const KafkaSinkFactory kafka;
    static const StdoutSinkFactory standard_output;
    static const SyslogSinkFactory syslog;
    static const std::vector<const SinkFactory*> sinks{&file, &kafka, &standard_output, &syslog};
    return sinks;
}

}  // namespace oktail
