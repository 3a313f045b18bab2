#pragma once

#include "sink/kafka/kafka_client.hpp"
#include "sink/kafka/kafka_error.hpp"
#include "sink/kafka/unit.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// What became of a turn's units.
class Fate {
public:
    Fate() = default;
    Fate(KafkaTrouble trouble, Error why) : trouble(trouble), why(std::move(why)) {}

    KafkaTrouble trouble = KafkaTrouble::none;  ///< none: all of them are safe; abort: nothing of them is visible
    Error why;
    bool was_committing = false;  ///< of `lost` and `fenced`: they may be safe
    bool is_outage = false;       ///< of `abort`: the brokers did not answer in time
};

/// The one producer of a sink. Blocks; one thread.
class Producer {
public:
    /// `keys` and `sink` outlive it. `transactional_id` empty: at least once. Errors: transient.
    static Result<std::unique_ptr<Producer>> make(const KafkaKeys& keys, const std::string& sink,
                                                  const std::string& transactional_id, std::size_t most);
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;

    KafkaClient& client() noexcept { return *client_; }
    std::size_t most() const noexcept { return most_; }
    /// Shuts out whoever had the transactional id before, and ends what that one had begun.
    Fate begin_to_own();
    /// Events and checkpoints of all units, or `record` under `key` alone in the checkpoint topic, in one transaction.
    Fate commit(const std::vector<UnitPtr>& units);
    /// As commit(), and then takes it all back: whether the brokers would have let us. Each unit knows what was refused of it.
    Fate try_out(const std::vector<UnitPtr>& units);
    Fate commit_record(const std::string& key, const std::string& record);
    /// Events of all units, without a transaction: each unit knows how far it got.
    Fate deliver(const std::vector<UnitPtr>& units);

private:
    Producer(const KafkaKeys& keys, std::unique_ptr<KafkaClient> client, std::size_t most)
        : keys_(keys), client_(std::move(client)), most_(most) {}

    Fate begin();
    Fate send(const std::vector<UnitPtr>& units);
    Fate finish();
    Fate abort(Fate why);
    static void blame_the_slow(const std::vector<UnitPtr>& units);
    Fate fate_of(rd_kafka_error_t* error, const std::string& doing) const;
    void produce_events(Unit& unit);
    rd_kafka_resp_err_t produce_event(Unit& unit, std::size_t event);
    rd_kafka_resp_err_t produce_checkpoint(const std::string& key, const std::string& value, Unit::Report* report);
    template <class Produce>
    rd_kafka_resp_err_t with_room(Produce produce);

    const KafkaKeys& keys_;
    std::vector<UnitPtr> held_;  ///< librdkafka may point into them, so they go after it
    std::unique_ptr<KafkaClient> client_;
    std::size_t most_;
};

}  // namespace oktail
