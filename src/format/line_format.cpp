#include "format/line_format.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstring>
#include <optional>

namespace oktail {
namespace {

char* put(char* at, std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
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

LineFormat LineFormat::raw() { return {"", "\n"}; }

LineFormat LineFormat::envelope(std::string_view tenant, const Labels& labels) {
    boost::json::object named;
    for (const auto& [name, value] : labels) named.emplace(name, value);
    const boost::json::object known{{"tenant", tenant}, {"labels", std::move(named)}};
    std::string before = boost::json::serialize(known);
    before.back() = ',';  // the object goes on
    return {before + "\"event\":", "}\n"};
}

Lines LineFormat::render(const Batch& batch, std::size_t first) const {
    if (before_.empty() && behind_ == "\n")
        if (const auto lines = lines_of_page(batch, first))
            return {batch.page(), *lines, batch.size() - first == batch.page()->size()};
    std::size_t size = (batch.size() - first) * (before_.size() + behind_.size());
    for (std::size_t i = first; i < batch.size(); ++i) size += batch.slice(i).size;
    Buffer lines(size);
    char* at = lines.data();
    for (std::size_t i = first; i < batch.size(); ++i) {
        at = put(at, before_);
        at = put(at, batch.event(i));
        at = put(at, behind_);
    }
    lines.resize(size);
    return Lines(std::move(lines));
}

}  // namespace oktail
