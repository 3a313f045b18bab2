#include "format/line_format.hpp"

#include "core/assert.hpp"
#include "format/compact_event.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstring>

namespace oktail {
namespace {

char* put(char* at, std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
}

void append(Buffer& to, std::string_view bytes) {
    const std::size_t size = to.size() + bytes.size();
    if (size > to.capacity()) to.reserve(std::max(size, 2 * to.capacity()));
    put(to.data() + to.size(), bytes);
    to.resize(size);
}

/// The events where they lie, if that is what is wanted: one behind the other, with a line feed behind each.
std::optional<std::string_view> lines_of_page(const Batch& batch, std::size_t first) {
    if (first >= batch.size()) return std::nullopt;
    const char* const begin = batch.event(first).data();
    const char* end = begin;
    for (std::size_t i = first; i < batch.size(); ++i) {
        const std::string_view event = batch.event(i);
        if (event.data() != end || event.data()[event.size()] != '\n') return std::nullopt;
        end += event.size() + 1;
    }
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

}  // namespace

LineFormat LineFormat::raw() { return {"", ""}; }

LineFormat LineFormat::envelope(std::string_view tenant, const Labels& labels) {
    boost::json::object named;
    for (const auto& [name, value] : labels) named.emplace(name, value);
    const boost::json::object known{{"tenant", tenant}, {"labels", std::move(named)}};
    std::string before = boost::json::serialize(known);
    before.back() = ',';  // the object goes on
    return {before + "\"event\":", "}"};
}

LineFormat LineFormat::cef(std::string_view tenant, const std::string& domain) {
    LineFormat format("", "");
    format.cef_.emplace(domain, std::string(tenant));
    return format;
}

Lines LineFormat::render(const Batch& batch, std::size_t first) const {
    if (cef_) return cef_lines(batch, first);
    if (is_raw())
        if (const auto lines = lines_of_page(batch, first))
            return {batch.page(), *lines, batch.size() - first == batch.page()->size()};
    std::size_t size = (batch.size() - first) * (before_.size() + behind_.size() + 1);
    for (std::size_t i = first; i < batch.size(); ++i) size += batch.slice(i).size;
    Buffer lines(size);
    char* at = lines.data();
    for (std::size_t i = first; i < batch.size(); ++i) {
        at = put(at, before_);
        at = put(at, batch.event(i));
        at = put(at, behind_);
        *at++ = '\n';
    }
    lines.resize(size);
    return Lines(std::move(lines));
}

/// How long they get is known only when they are there.
Lines LineFormat::cef_lines(const Batch& batch, std::size_t first) const {
    Buffer lines;
    std::string scratch;
    for (std::size_t i = first; i < batch.size(); ++i) {
        append(lines, text(batch.event(i), scratch));
        append(lines, "\n");
    }
    lines.shrink_to_fit();
    return Lines(std::move(lines));
}

std::string_view LineFormat::text(std::string_view event, std::string& scratch) const {
    if (is_raw()) return event;
    scratch.clear();
    if (cef_) return cef_->append(scratch, event) ? std::string_view(scratch) : event;
    return scratch.append(before_).append(event).append(behind_);
}

std::optional<std::string> LineFormat::compact(std::string_view event, std::size_t most) const {
    if (cef_) return compact_cef(event, most);
    const std::size_t around = before_.size() + behind_.size();
    if (most < around) return std::nullopt;
    auto compacted = compact_event(event, most - around);
    if (compacted) compacted->insert(0, before_).append(behind_);
    return compacted;
}

std::optional<std::string> LineFormat::compact_cef(std::string_view event, std::size_t most) const {
    auto line = cef_->text(event, most);
    if (line || cef_->text(event) || event.size() > most) return line;
    return std::string(event);  // cannot be said in CEF, and is short enough as it is
}

LineFormat line_format(EventFormat format, const RouteId& route, const TenantProfile& tenant) {
    switch (format) {
        case EventFormat::raw: return LineFormat::raw();
        case EventFormat::envelope: return LineFormat::envelope(route.tenant(), tenant.labels);
        case EventFormat::cef: return LineFormat::cef(route.tenant(), tenant.domain);
    }
    OKTAIL_ASSERT(false);
}

}  // namespace oktail
