#pragma once

#include "core/handover.hpp"
#include "sink/kafka/handles.hpp"
#include "sink/kafka/kafka_record.hpp"

#include <oktail/sink/sink.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// A page's events and the checkpoint behind them: what is committed as one. Or a checkpoint alone. On the sink's thread, once
/// it is handed over.
class Unit {
public:
    using Answer = Handover<WriteOutcome>;
    /// Where the delivery report of an event finds its way back.
    struct Report {
        Unit* unit = nullptr;
        std::size_t event = 0;
    };

    Unit(RouteId route, std::shared_ptr<const RecordFormat> format, Batch batch, std::size_t first, Checkpoint after,
         std::shared_ptr<Answer> answer)
        : route(std::move(route)), format(std::move(format)), batch(std::move(batch)), first(first), after(std::move(after)),
          answer_(std::move(answer)) {}

    /// Before it is sent, and again when it is sent once more.
    void prepare() {
        values.clear();
        reports.assign(batch.size() - first, Report());
        arrived = 0;
        failed_at.reset();
        failure = RD_KAFKA_RESP_ERR_NO_ERROR;
        was_purged = false;
    }
    /// Of its events and the checkpoint, when all of it was sent.
    bool is_all_there() const noexcept { return arrived == batch.size() - first + 1; }
    /// An event, or the checkpoint (behind the last one), did not arrive.
    void note_failure(std::size_t event, rd_kafka_resp_err_t why) {
        // The transaction was given up before it was sent: whatever is wrong, it is not this one.
        if (why == RD_KAFKA_RESP_ERR__PURGE_QUEUE || why == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
            was_purged = true;
            return;
        }
        if (failed_at && *failed_at <= event) return;
        failed_at = event;
        failure = why;
    }
    bool is_told() const noexcept { return !answer_; }
    void tell(WriteOutcome outcome) { Answer::give(std::exchange(answer_, nullptr), std::move(outcome)); }

    RouteId route;
    std::shared_ptr<const RecordFormat> format;  ///< nullptr: a checkpoint alone
    Batch batch;
    std::size_t first;
    Checkpoint after;

    std::deque<std::string> values;  ///< those that are not the page's own bytes; librdkafka points into them
    std::vector<Report> reports;
    Report checkpoint_report;
    std::size_t arrived = 0;  ///< records that the brokers have
    std::optional<std::size_t> failed_at;
    bool was_purged = false;  ///< of a part of it nobody knows
    rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR;

private:
    std::shared_ptr<Answer> answer_;
};

using UnitPtr = std::shared_ptr<Unit>;

}  // namespace oktail
