#include "sink/kafka/kafka_record.hpp"

#include "format/event_summary.hpp"
#include "model/event_fields.hpp"

#include <algorithm>

namespace oktail {
namespace {

// What is taken over from an event has an end: a record must be bounded by its event.
constexpr std::size_t longest_value = 256;
constexpr std::size_t longest_key = 1'024;

void add(rd_kafka_headers_t* headers, const std::string& name, std::string_view value) {
    // It fails for want of memory only.
    static_cast<void>(::rd_kafka_header_add(headers, name.c_str(), static_cast<ssize_t>(name.size()), value.data(),
                                            static_cast<ssize_t>(value.size())));
}

std::string_view content_type(EventFormat format) { return format == EventFormat::cef ? "text/plain" : "application/json"; }

}  // namespace

RecordFormat::RecordFormat(const KafkaKeys& keys, const RouteId& route, const TenantProfile& tenant)
    : key_(keys.key), tenant_(route.tenant()), topic_(keys.topic_of(route.tenant())),
      format_(line_format(keys.format, route, tenant)) {
    std::string scratch;
    wrapping_ = keys.format == EventFormat::envelope ? format_.text({}, scratch).size() : 0;
    fixed_.emplace_back("content-type", content_type(keys.format));
    fixed_.emplace_back("okta-tenant", tenant_);
    for (const auto& [name, value] : tenant.labels) fixed_.emplace_back("okta-label-" + name, value);
}

std::string RecordFormat::key(std::string_view event) const {
    if (key_ == KafkaKey::tenant) return tenant_;
    const EventSummary summary = summary_of(event);
    const std::string text = unescaped(key_ == KafkaKey::actor ? summary.actor_id : summary.uuid);
    // Without one the tenant's: an event must not go astray for what it lacks.
    return text.empty() || text.size() > longest_key ? tenant_ : text;
}

KafkaHandle<rd_kafka_headers_t> RecordFormat::headers(std::string_view event) const {
    KafkaHandle<rd_kafka_headers_t> headers(::rd_kafka_headers_new(fixed_.size() + 3));
    const EventSummary summary = summary_of(event);
    const auto put = [&](const std::string& name, std::string_view value) {
        if (!value.empty()) add(headers.get(), name, value.substr(0, longest_value));
    };
    put("okta-uuid", summary.uuid);
    put("okta-event-type", summary.event_type);
    put("okta-published", summary.published);
    for (const auto& [name, value] : fixed_) add(headers.get(), name, value);
    return headers;
}

std::size_t RecordFormat::largest_event(std::size_t most) const noexcept {
    constexpr std::size_t record = 256;  // what Kafka puts around a record and a batch, and a header's lengths
    std::size_t around = record + wrapping_ + longest_key + 3 * (longest_value + 32);
    for (const auto& [name, value] : fixed_) around += name.size() + value.size() + 16;
    return most > around ? most - around : 0;
}

std::int64_t record_time(const EventSlice& slice) noexcept {
    return std::max<std::int64_t>(0, slice.published.time_since_epoch().count());
}

}  // namespace oktail
