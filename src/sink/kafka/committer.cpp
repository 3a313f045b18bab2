#include "sink/kafka/committer.hpp"

#include "core/quote.hpp"
#include "core/time_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "sink/kafka/checkpoint_record.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace oktail {
namespace {

constexpr std::chrono::seconds pause_when_down{2};
constexpr int answer_ms = 10'000;

Error remade() { return Error(ErrorKind::transient, "Kafka's producer is being made anew"); }
Error closed() { return Error(ErrorKind::stopped, "the sink is closed"); }

/// Of the one topic that was asked for: all of its partitions must be writable, for a key knows but one.
rd_kafka_resp_err_t trouble_with(const rd_kafka_metadata_t& metadata) {
    if (metadata.topic_cnt != 1) return RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    const rd_kafka_metadata_topic_t& topic = metadata.topics[0];
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return topic.err;
    for (int i = 0; i < topic.partition_cnt; ++i)
        if (topic.partitions[i].leader < 0) return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string owner_record(const Clock& clock) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    boost::json::object out;
    out["id"] = boost::uuids::to_string(boost::uuids::random_generator()());
    out["host"] = host.data();
    out["pid"] = ::getpid();
    out["since"] = rfc3339(clock.utc_now());
    return boost::json::serialize(out);
}

/// "host siem-2, process 17, since 2026-.."
std::string description_of(const std::string& owner) {
    boost::system::error_code ec;
    const auto json = boost::json::parse(owner, ec);
    const auto* object = ec ? nullptr : json.if_object();
    const auto* host = object ? object->if_contains("host") : nullptr;
    const auto* pid = object ? object->if_contains("pid") : nullptr;
    const auto* since = object ? object->if_contains("since") : nullptr;
    if (!host || !pid || !since || !host->is_string() || !pid->is_int64() || !since->is_string()) return "another one";
    return "host " + quote(std::string_view(host->get_string()), 64) + ", process " + std::to_string(pid->get_int64()) +
           ", since " + quote(std::string_view(since->get_string()), 64);
}

}  // namespace

Committer::Committer(std::shared_ptr<const KafkaOptions> options, std::string sink, const std::string& instance, Clock& clock,
                     WorkerPool& pool)
    : options_(std::move(options)), sink_(std::move(sink)), scope_({}, sink_),
      id_(options_->is_exact() ? transactional_id(instance, sink_) : std::string()), owner_key_(owner_key(instance, sink_)),
      owner_(owner_record(clock)), clock_(clock), pool_(pool) {}

/// One turn takes all that came before it. While the brokers do not answer nobody waits for the next try.
template <class Add>
void Committer::hand_in(Add add) {
    Turn refused;
    Error why;
    {
        const std::lock_guard lock(mutex_);
        const bool is_too_early = down_ && clock_.now() < down_until_;
        if (closed_ || is_too_early || (down_ && was_try_slow_)) {
            add(refused);
            why = closed_ ? closed() : *down_;
        } else {
            add(next_);
        }
        if (!closed_ && !is_too_early && !std::exchange(is_turn_due_, true))
            pool_.post([self = shared_from_this()] { self->take_turn(); });
    }
    answer_all(refused, why);
}

void Committer::commit(UnitPtr unit) {
    hand_in([&](Turn& turn) { turn.units.push_back(std::move(unit)); });
}

void Committer::load(RouteId route, std::shared_ptr<Loaded> answer) {
    hand_in([&](Turn& turn) { turn.loads.emplace_back(std::move(route), std::move(answer)); });
}

void Committer::open(std::string topic, std::shared_ptr<Opened> answer) {
    hand_in([&](Turn& turn) { turn.opens.emplace_back(std::move(topic), std::move(answer)); });
}

void Committer::take_turn() {
    Turn turn;
    {
        const std::lock_guard lock(mutex_);
        turn = std::exchange(next_, Turn());
        is_turn_due_ = false;
    }
    serve(std::move(turn));
}

void Committer::close() {
    Turn left;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        left = std::exchange(next_, Turn());
    }
    answer_all(left, closed());
}

void Committer::answer_all(Turn& turn, const Error& why) {
    for (const UnitPtr& unit : turn.units) unit->tell(WriteOutcome(0, why));
    for (auto& [route, answer] : turn.loads) Loaded::give(std::move(answer), why);
    for (auto& [topic, answer] : turn.opens) Opened::give(std::move(answer), why);
}

void Committer::serve(Turn turn) {
    if (const auto up = bring_up(); !up) return answer_all(turn, up.error());
    for (auto& [topic, answer] : turn.opens) Opened::give(std::move(answer), look_at(topic));
    turn.opens.clear();
    if (const auto up = bring_up(); !up) return answer_all(turn, up.error());
    for (auto& [route, answer] : turn.loads) {
        const auto found = table_->routes.find(route);
        std::optional<Checkpoint> at;
        if (found != table_->routes.end()) at = found->second;
        Loaded::give(std::move(answer), std::move(at));
    }
    serve_units(std::move(turn.units));
}

void Committer::serve_units(std::vector<UnitPtr> units) {
    units = those_to_send(std::move(units));
    if (!producer_) {  // looking at a topic may have cost us the producer
        for (const UnitPtr& unit : units) unit->tell(WriteOutcome(0, remade()));
        return;
    }
    if (units.empty()) return;
    if (options_->is_exact()) commit_together(std::move(units));
    else deliver_together(units);
}

/// What a commit whose outcome was unknown has brought about is not sent again, and what would hold up the others neither.
std::vector<UnitPtr> Committer::those_to_send(std::vector<UnitPtr> units) {
    std::erase_if(units, [this](const UnitPtr& unit) { return !may_go(*unit); });
    return units;
}

bool Committer::may_go(Unit& unit) {
    if (!table_) {
        unit.tell(WriteOutcome(0, remade()));
        return false;
    }
    if (options_->is_exact()) {
        const auto known = table_->routes.find(unit.route);
        if (known != table_->routes.end() && known->second.seq >= unit.after.seq) {
            if (known->second == unit.after) tell_committed(unit);
            else unit.tell(WriteOutcome(0, Error(ErrorKind::stopped, "its place is another by now: it was committed before")));
            return false;
        }
    }
    if (!unit.format || !suspects_.contains(unit.format->topic())) return true;
    if (const auto fine = look_at(unit.format->topic()); !fine) {
        unit.tell(WriteOutcome(0, fine.error()));
        return false;
    }
    suspects_.erase(unit.format->topic());
    return true;
}

void Committer::tell_committed(Unit& unit) { unit.tell(WriteOutcome(unit.batch.size() - unit.first, true)); }

void Committer::commit_together(std::vector<UnitPtr> units, bool once_more) {
    if (units.empty()) return;
    const Fate fate = producer_->commit(units);
    if (fate.trouble == KafkaTrouble::none) {
        for (const UnitPtr& unit : units) {
            table_->routes[unit->route] = unit->after;
            tell_committed(*unit);
        }
        return;
    }
    if (fate.trouble != KafkaTrouble::abort) return settle_unknown(units, fate);
    std::vector<UnitPtr> to_blame;
    std::vector<UnitPtr> others;
    for (const UnitPtr& unit : units) (unit->failed_at ? to_blame : others).push_back(unit);
    for (const UnitPtr& unit : to_blame) answer_refused(*unit);
    // They had no part in it.
    if (!to_blame.empty()) return commit_together(std::move(others));
    if (!fate.is_outage && once_more) return commit_one_by_one(units);
    for (const UnitPtr& unit : units) unit->tell(WriteOutcome(0, fate.why));
}

/// A refusal that names nobody: a topic that may not be written ends the whole transaction, and librdkafka 2.0.2 gives up the
/// one behind a refused record as well.
void Committer::commit_one_by_one(const std::vector<UnitPtr>& units) {
    for (const UnitPtr& unit : units) {
        if (producer_) commit_together({unit}, false);
        else unit->tell(WriteOutcome(0, remade()));
    }
}

/// Nothing of the unit is there. Alone a first event can be set aside: behind others it would take them along.
void Committer::answer_refused(Unit& unit) {
    const bool is_event = *unit.failed_at < unit.batch.size();
    const std::string& topic = is_event ? unit.format->topic() : options_->checkpoint_topic;
    const Error why = producer_->client().error(unit.failure, "topic " + topic);
    suspects_.insert(topic);
    const bool is_first = *unit.failed_at == unit.first && unit.batch.size() > unit.first;
    if (!is_about_the_record(unit.failure)) return unit.tell(WriteOutcome(0, why));
    if (is_first && unit.failure != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return unit.tell(WriteOutcome(0, Error(ErrorKind::rejected, why.what())));
    // The broker means the batch, not one record: the topic takes less than it did. The route begins anew and asks how much.
    learn_limit(topic);
    unit.tell(WriteOutcome(0, Error(ErrorKind::stopped, why.what())));
}

void Committer::deliver_together(const std::vector<UnitPtr>& units) {
    const Fate fate = producer_->deliver(units);
    for (const UnitPtr& unit : units) {
        if (fate.trouble != KafkaTrouble::none && !unit->failed_at) {
            unit->tell(WriteOutcome(0, fate.why));
        } else if (unit->failed_at) {
            const Error why = producer_->client().error(unit->failure, "topic " + unit->format->topic());
            auto kind = is_about_the_record(unit->failure) ? ErrorKind::rejected : ErrorKind::transient;
            if (unit->failure == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {  // the broker means the batch
                learn_limit(unit->format->topic());
                kind = ErrorKind::stopped;
            }
            unit->tell(WriteOutcome(*unit->failed_at - unit->first, Error(kind, why.what())));
        } else {
            unit->tell(WriteOutcome(unit->batch.size() - unit->first, false));
        }
    }
    if (fate.trouble != KafkaTrouble::none) drop_producer();
}

/// Never guessed: the producer is made anew, which ends the transaction one way or the other, and the topic is read.
void Committer::settle_unknown(const std::vector<UnitPtr>& units, const Fate& fate) {
    log::warn(scope_, "Kafka's producer is made anew", {{"error", fate.why.what()}});
    was_fenced_ = was_fenced_ || fate.trouble == KafkaTrouble::fenced;
    drop_producer();
    const auto up = bring_up();
    if (!up) {
        for (const UnitPtr& unit : units) unit->tell(WriteOutcome(0, up.error()));
        return;
    }
    const auto left = those_to_send(units);
    for (const UnitPtr& unit : left) unit->tell(WriteOutcome(0, fate.why));
}

void Committer::drop_producer() {
    producer_.reset();
    table_.reset();
}

Result<void> Committer::bring_up() {
    if (shut_out_) return *shut_out_;
    if (producer_ && table_) return Result<void>();
    {
        const std::lock_guard lock(mutex_);
        if (down_ && clock_.now() < down_until_) return *down_;
    }
    const SteadyTime begin = clock_.now();
    auto up = own();
    if (!up) drop_producer();
    if (!up && !shut_out_) log::warn(scope_, "Kafka cannot be written", {{"error", up.error().what()}});
    const std::lock_guard lock(mutex_);
    down_.reset();
    if (!up) down_ = up.error();
    down_until_ = clock_.now() + pause_when_down;
    was_try_slow_ = clock_.now() - begin > pause_when_down;
    return up;
}

Result<void> Committer::own() {
    if (was_fenced_)
        if (const auto ours = look_who_owns(); !ours) return ours;
    std::size_t most = options_->max_message_size;
    for (const auto& [topic, limit] : limits_) most = std::min(most, limit);
    auto made = Producer::make(*options_, sink_, id_, most);
    if (!made) return made.error();
    producer_ = std::move(*made);
    if (options_->is_exact()) {
        if (const Fate fate = producer_->begin_to_own(); fate.trouble != KafkaTrouble::none) return fate.why;
        if (const Fate fate = producer_->commit_record(owner_key_, owner_); fate.trouble != KafkaTrouble::none) {
            was_fenced_ = fate.trouble == KafkaTrouble::fenced;
            return fate.why;
        }
    }
    auto table = read_checkpoints(*options_, sink_, owner_key_, clock_);
    if (!table && !options_->is_exact()) {
        // Without a checkpoint topic there never was another mode; with one that cannot be read there may have been.
        const bool is_none =
            table.error().what().find(::rd_kafka_err2str(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)) != std::string::npos;
        if (!is_none) return table.error();
        table = CheckpointTable();
    }
    if (!table) return table.error();
    table_ = std::move(*table);
    log::info(scope_, "writing to Kafka",
              {{"librdkafka", ::rd_kafka_version_str()},
               {"transactional_id", id_.empty() ? "none" : id_},
               {"routes", table_->routes.size()}});
    return Result<void>();
}

/// A transaction that took too long ends like one that somebody else has ended: only the topic tells.
Result<void> Committer::look_who_owns() {
    const auto table = read_checkpoints(*options_, sink_, owner_key_, clock_);
    if (!table) return table.error();
    if (table->owner.empty() || table->owner == owner_) {
        was_fenced_ = false;
        return Result<void>();
    }
    shut_out_ = Error(ErrorKind::transient,
                      "another oktail of the same `instance` writes to this sink now (" + description_of(table->owner) +
                          "); stop one of the two, or give each an instance of its own, and start this one again");
    log::error(scope_, "shut out of Kafka for good", {{"error", shut_out_->what()}});
    return *shut_out_;
}

Result<std::size_t> Committer::look_at(const std::string& topic) {
    // The topic before it may have cost us the producer.
    if (const auto up = bring_up(); !up) return up.error();
    KafkaClient& client = producer_->client();
    const rd_kafka_metadata_t* found = nullptr;
    const auto code = ::rd_kafka_metadata(client.get(), 0, client.topic(topic), &found, answer_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(code, "topic " + topic);
    const KafkaHandle<const rd_kafka_metadata_t> metadata(found);
    const auto trouble = trouble_with(*metadata);
    if (trouble != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(trouble, "topic " + topic);
    if (!limits_.contains(topic)) limits_[topic] = limit_of(topic);
    const std::size_t most = std::min(options_->max_message_size, limits_.at(topic));
    // Batches must fit into the topic, too.
    if (most < producer_->most()) {
        drop_producer();
        if (const auto up = bring_up(); !up) return up.error();
    }
    return most;
}

/// Less than we thought. Where we may not ask how much, half of it: a route must not stand still over that.
void Committer::learn_limit(const std::string& topic) {
    constexpr std::size_t least = 64UL * 1024;
    const auto known = limits_.find(topic);
    const std::size_t before = std::min(known == limits_.end() ? producer_->most() : known->second, producer_->most());
    const std::size_t asked = limit_of(topic);
    limits_[topic] = asked < before ? asked : std::max(least, before / 2);
}

/// What the topic takes, if we may know.
std::size_t Committer::limit_of(const std::string& topic) {
    constexpr std::size_t by_default = 1'048'588;
    rd_kafka_t* const handle = producer_->client().get();
    const KafkaHandle<rd_kafka_queue_t> answers(::rd_kafka_queue_new(handle));
    const KafkaHandle<rd_kafka_ConfigResource_t> wanted(::rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    std::array<rd_kafka_ConfigResource_t*, 1> resources{wanted.get()};
    ::rd_kafka_DescribeConfigs(handle, resources.data(), resources.size(), nullptr, answers.get());
    const KafkaHandle<rd_kafka_event_t> event(::rd_kafka_queue_poll(answers.get(), answer_ms));
    const auto* result = event ? ::rd_kafka_event_DescribeConfigs_result(event.get()) : nullptr;
    if (!result || ::rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return by_default;
    std::size_t count = 0;
    const auto* const* described = ::rd_kafka_DescribeConfigs_result_resources(result, &count);
    if (count != 1 || ::rd_kafka_ConfigResource_error(described[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) return by_default;
    const auto* const* entries = ::rd_kafka_ConfigResource_configs(described[0], &count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view name = ::rd_kafka_ConfigEntry_name(entries[i]);
        const char* value = ::rd_kafka_ConfigEntry_value(entries[i]);
        if (name != "max.message.bytes" || !value) continue;
        std::size_t bytes = 0;
        const std::string_view digits = value;
        std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
        return bytes == 0 ? by_default : bytes;
    }
    return by_default;
}

}  // namespace oktail
