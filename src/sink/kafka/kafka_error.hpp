#pragma once

#include "sink/kafka/handles.hpp"

#include <oktail/core/error.hpp>

#include <string>
#include <string_view>

namespace oktail {

/// What a transactional call that failed leaves to do (rdkafka.h, "Transactional producer API").
enum class KafkaTrouble : std::uint8_t {
    none,
    again,   ///< the same call, some time later
    abort,   ///< this transaction; the next one may work
    fenced,  ///< another producer has our transactional.id, or the transaction took too long
    lost,    ///< the producer; whether a commit counts has to be read
};

/// In the order that rdkafka.h wants. 2.0.2 calls some fencing abortable: it is not.
KafkaTrouble trouble_of(const rd_kafka_error_t* error) noexcept;

/// For people, with what to do behind "; " where we know. `about`: the topic or the broker. Transient.
Error kafka_error(rd_kafka_resp_err_t code, std::string_view about, std::string_view words = {});

/// This record is what is wrong, and will never be taken.
bool is_about_the_record(rd_kafka_resp_err_t code) noexcept;

}  // namespace oktail
