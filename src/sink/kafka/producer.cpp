#include "sink/kafka/producer.hpp"

#include "sink/kafka/checkpoint_record.hpp"

#include <algorithm>
#include <array>

namespace oktail {
namespace {

constexpr int init_ms = 10'000;
constexpr int flush_ms = 20'000;
constexpr int commit_ms = -1;  // what is left of the transaction
constexpr int abort_ms = 10'000;
constexpr int delivery_ms = 35'000;  // longer than a message waits
constexpr int most_tries = 3;        // of a commit: its outcome is worth the wait

}  // namespace

Result<std::unique_ptr<Producer>> Producer::make(const KafkaKeys& keys, const std::string& sink,
                                                 const std::string& transactional_id, std::size_t most) {
    auto client = KafkaClient::make(RD_KAFKA_PRODUCER, keys, producer_properties(keys, transactional_id, most), sink);
    if (!client) return client.error();
    return std::unique_ptr<Producer>(new Producer(keys, std::move(*client), most));
}

/// Takes the error over.
Fate Producer::fate_of(rd_kafka_error_t* error, const std::string& doing) const {
    const KafkaHandle<rd_kafka_error_t> owned(error);
    if (!error) return {};
    return {trouble_of(error), client_->error(::rd_kafka_error_code(error), doing, ::rd_kafka_error_string(error))};
}

Fate Producer::begin_to_own() { return fate_of(::rd_kafka_init_transactions(client_->get(), init_ms), "beginning to write"); }

Fate Producer::begin() { return fate_of(::rd_kafka_begin_transaction(client_->get()), "beginning a transaction"); }

Fate Producer::commit(const std::vector<UnitPtr>& units) {
    Fate fate = send(units);
    if (fate.trouble != KafkaTrouble::none) return fate;
    return finish();
}

Fate Producer::try_out(const std::vector<UnitPtr>& units) {
    Fate fate = send(units);
    if (fate.trouble != KafkaTrouble::none) return fate;
    return abort(Fate());
}

/// All of it is at the brokers, and nothing of it visible; or it is aborted.
Fate Producer::send(const std::vector<UnitPtr>& units) {
    if (Fate fate = begin(); fate.trouble != KafkaTrouble::none) return fate;
    held_ = units;
    for (const UnitPtr& unit : units) {
        unit->prepare();
        produce_events(*unit);
        unit->checkpoint_report = {unit.get(), unit->batch.size()};
        const auto code =
            produce_checkpoint(checkpoint_key(unit->route), checkpoint_value(unit->after), &unit->checkpoint_report);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) unit->note_failure(unit->batch.size(), code);
    }
    const auto failed = [](const UnitPtr& unit) { return unit->failed_at.has_value(); };
    const auto flushed = ::rd_kafka_flush(client_->get(), flush_ms);
    if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) {
        blame_the_slow(units);
        Fate outage(KafkaTrouble::abort, client_->error(flushed, "sending to the brokers"));
        outage.is_outage = true;
        return abort(std::move(outage));
    }
    if (std::ranges::any_of(units, failed))
        return abort(Fate(KafkaTrouble::abort, Error(ErrorKind::transient, "records were refused")));
    return {};
}

/// Where some got through, those that did not are held up by their topic and not by the brokers.
void Producer::blame_the_slow(const std::vector<UnitPtr>& units) {
    const auto got_through = [](const UnitPtr& unit) { return unit->is_all_there(); };
    if (std::ranges::none_of(units, got_through)) return;
    for (const UnitPtr& unit : units)
        if (!got_through(unit)) unit->note_failure(unit->batch.size(), RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
}

Fate Producer::commit_record(const std::string& key, const std::string& record) {
    if (Fate fate = begin(); fate.trouble != KafkaTrouble::none) return fate;
    const auto code = produce_checkpoint(key, record, nullptr);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return abort(Fate(KafkaTrouble::abort, client_->error(code, "topic " + keys_.checkpoint_topic)));
    return finish();
}

Fate Producer::finish() {
    Fate fate;
    for (int i = 0; i < most_tries; ++i) {
        fate = fate_of(::rd_kafka_commit_transaction(client_->get(), commit_ms), "committing");
        if (fate.trouble != KafkaTrouble::again) break;
    }
    if (fate.trouble == KafkaTrouble::none) held_.clear();
    if (fate.trouble == KafkaTrouble::abort) return abort(std::move(fate));
    // Nobody knows: it has to be read. A call that may be made again will be made by nobody.
    if (fate.trouble == KafkaTrouble::again) fate.trouble = KafkaTrouble::lost;
    fate.was_committing = fate.trouble != KafkaTrouble::none;
    return fate;
}

/// Whatever happens, nothing of it is visible: a commit was not asked for, or was refused.
Fate Producer::abort(Fate why) {
    Fate fate = fate_of(::rd_kafka_abort_transaction(client_->get(), abort_ms), "aborting");
    if (fate.trouble == KafkaTrouble::none) {
        held_.clear();
        return why;
    }
    if (fate.trouble == KafkaTrouble::fenced) return fate;
    return {KafkaTrouble::lost, why.why};
}

Fate Producer::deliver(const std::vector<UnitPtr>& units) {
    held_ = units;
    for (const UnitPtr& unit : units) {
        unit->prepare();
        produce_events(*unit);
    }
    const auto flushed = ::rd_kafka_flush(client_->get(), delivery_ms);
    if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) return {KafkaTrouble::lost, client_->error(flushed, "sending to the brokers")};
    held_.clear();
    std::array<char, 256> words{};
    const auto fatal = ::rd_kafka_fatal_error(client_->get(), words.data(), words.size());
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) return {KafkaTrouble::lost, client_->error(fatal, "sending to the brokers")};
    if (std::ranges::any_of(units, [](const UnitPtr& unit) { return unit->was_purged; }))
        return {KafkaTrouble::lost, client_->error(RD_KAFKA_RESP_ERR__PURGE_QUEUE, "sending to the brokers")};
    return {};
}

void Producer::produce_events(Unit& unit) {
    for (std::size_t event = unit.first; event < unit.batch.size(); ++event) {
        const auto code = produce_event(unit, event);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        unit.note_failure(event, code);
        return;
    }
}

/// Without a copy of the value: the unit holds the page until the report is in.
rd_kafka_resp_err_t Producer::produce_event(Unit& unit, std::size_t event) {
    const RecordFormat& format = *unit.format;
    const std::string_view bytes = unit.batch.event(event);
    std::string scratch;
    std::string_view value = format.value(bytes, scratch);
    if (!scratch.empty()) value = unit.values.emplace_back(std::move(scratch));
    const std::string key = format.key(bytes);
    auto headers = format.headers(bytes);
    Unit::Report& report = unit.reports[event - unit.first];
    report = {&unit, event};

    std::array<rd_kafka_vu_t, 7> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = client_->topic(format.topic());
    parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[1].u.i = 0;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem.ptr = const_cast<char*>(value.data());
    parts[2].u.mem.size = value.size();
    parts[3].vtype = RD_KAFKA_VTYPE_KEY;
    parts[3].u.mem.ptr = const_cast<char*>(key.data());
    parts[3].u.mem.size = key.size();
    parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    parts[4].u.i64 = record_time(unit.batch.slice(event));
    parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[5].u.ptr = &report;
    parts[6].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[6].u.headers = headers.get();
    const auto code = with_room([&] { return ::rd_kafka_produceva(client_->get(), parts.data(), parts.size()); });
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(headers.release());  // the record's by now
    return code;
}

rd_kafka_resp_err_t Producer::produce_checkpoint(const std::string& key, const std::string& value, Unit::Report* report) {
    std::array<rd_kafka_vu_t, 5> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = client_->topic(keys_.checkpoint_topic);
    parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[1].u.i = RD_KAFKA_MSG_F_COPY;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem.ptr = const_cast<char*>(value.data());
    parts[2].u.mem.size = value.size();
    parts[3].vtype = RD_KAFKA_VTYPE_KEY;
    parts[3].u.mem.ptr = const_cast<char*>(key.data());
    parts[3].u.mem.size = key.size();
    parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[4].u.ptr = report;
    return with_room([&] { return ::rd_kafka_produceva(client_->get(), parts.data(), parts.size()); });
}

/// A full queue is waited for, as long as the transaction may last.
template <class Produce>
rd_kafka_resp_err_t Producer::with_room(Produce produce) {
    constexpr int nap_ms = 50;
    constexpr int most_naps = flush_ms / nap_ms;
    for (int i = 0;; ++i) {
        const KafkaHandle<rd_kafka_error_t> error(produce());
        const auto code = error ? ::rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || i == most_naps) return code;
        ::rd_kafka_poll(client_->get(), nap_ms);
    }
}

}  // namespace oktail
