#pragma once

#include "core/log.hpp"
#include "core/worker_pool.hpp"
#include "sink/kafka/checkpoint_topic.hpp"
#include "sink/kafka/producer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oktail {

/// The thread on which a sink talks with Kafka: takes what all routes have handed in meanwhile, and commits it together. Calls
/// come from any thread; everything else is on that one.
class Committer : public std::enable_shared_from_this<Committer> {
public:
    using Loaded = Handover<Result<std::optional<Checkpoint>>>;
    /// Bytes that a record to that topic may have.
    using Opened = Handover<Result<std::size_t>>;

    /// `clock` outlives it, and `pool` whoever hands something in. The pool has one thread.
    Committer(std::shared_ptr<const KafkaOptions> options, std::string sink, const std::string& instance, Clock& clock,
              WorkerPool& pool);

    void commit(UnitPtr unit);
    /// nullopt: the topic says nothing of this route.
    void load(RouteId route, std::shared_ptr<Loaded> answer);
    /// Whether the topic can be written. Errors: transient, with what to do.
    void open(std::string topic, std::shared_ptr<Opened> answer);
    /// Answers all that waits, and takes no more.
    void close();
    /// Of the brokers. On the pool.
    void let_go() { drop_producer(); }

private:
    class Turn {
    public:
        std::vector<UnitPtr> units;
        std::vector<std::pair<RouteId, std::shared_ptr<Loaded>>> loads;
        std::vector<std::pair<std::string, std::shared_ptr<Opened>>> opens;
    };

    template <class Add>
    void hand_in(Add add);
    void take_turn();
    void serve(Turn turn);
    void serve_units(std::vector<UnitPtr> units);
    void commit_together(std::vector<UnitPtr> units, bool once_more = true);
    void commit_one_by_one(const std::vector<UnitPtr>& units);
    void deliver_together(const std::vector<UnitPtr>& units);
    void settle_unknown(const std::vector<UnitPtr>& units, const Fate& fate);
    void tell_committed(Unit& unit);
    void answer_refused(Unit& unit);
    bool may_go(Unit& unit);
    std::vector<UnitPtr> those_to_send(std::vector<UnitPtr> units);
    Result<void> bring_up();
    Result<void> own();
    Result<void> look_who_owns();
    Result<std::size_t> look_at(const std::string& topic);
    std::size_t limit_of(const std::string& topic);
    void learn_limit(const std::string& topic);
    void answer_all(Turn& turn, const Error& why);
    void drop_producer();

    std::shared_ptr<const KafkaOptions> options_;
    std::string sink_;
    log::Scope scope_;
    std::string id_;  // the transactional one; empty: at least once
    std::string owner_key_;
    std::string owner_;  // this life of this daemon
    Clock& clock_;
    WorkerPool& pool_;

    std::mutex mutex_;
    Turn next_;
    bool is_turn_due_ = false;
    bool closed_ = false;
    std::optional<Error> down_;  // why the last attempt to reach the brokers failed
    SteadyTime down_until_{};    // no other one before then
    bool was_try_slow_ = false;

    std::unique_ptr<Producer> producer_;
    std::optional<CheckpointTable> table_;
    bool was_fenced_ = false;                    // and nobody has looked by whom
    std::optional<Error> shut_out_;              // for good: another daemon writes
    std::map<std::string, std::size_t> limits_;  // of topics, by their own configuration
    std::set<std::string> suspects_;             // topics that held up others
};

}  // namespace oktail
