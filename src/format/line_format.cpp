#include "format/line_format.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstring>

namespace oktail {
namespace {

char* put(char* at, std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
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

Buffer LineFormat::render(const Batch& batch, std::size_t first) const {
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
    return lines;
}

}  // namespace oktail
