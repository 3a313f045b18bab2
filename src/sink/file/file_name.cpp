#include "sink/file/file_name.hpp"

#include "core/time_text.hpp"

#include <algorithm>

namespace oktail {
namespace {

UtcTime never_back(const GivenName& last, UtcTime now) { return std::max(now, last.time); }

std::string numbered(std::string path, std::int64_t seq) {
    if (seq == 0) return path;
    const auto name = path.rfind('/') + 1;  // npos + 1 is 0
    auto dot = path.rfind('.');
    if (dot == std::string::npos || dot <= name) dot = path.size();  // no extension, or a hidden file
    path.insert(dot, '.' + std::to_string(seq));
    return path;
}

}  // namespace

std::string GivenName::path(const StreamPath& stream) const { return numbered(stream.at(time), seq); }

GivenName next_name(const StreamPath& stream, const std::optional<GivenName>& last, UtcTime now) {
    if (!last) return {now, 0};
    if (stream.is_single()) return *last;
    if (moves_on(stream, *last, now)) return {now, 0};
    return {never_back(*last, now), last->seq + 1};
}

bool moves_on(const StreamPath& stream, const GivenName& last, UtcTime now) {
    return stream.at(never_back(last, now)) != stream.at(last.time);
}

std::string stream_key(std::string_view sink, const StreamPath& path) { return std::string(sink) + '\n' + path.pattern(); }

std::string pattern_of_key(std::string_view key) { return std::string(key.substr(key.find('\n') + 1)); }

StreamRow stream_row(StreamRow row, const GivenName& last) {
    row.last_time = rfc3339(last.time);
    row.last_seq = last.seq;
    return row;
}

std::optional<GivenName> last_name(const StreamRow& row) {
    const auto time = parse_rfc3339(row.last_time);
    if (!time) return std::nullopt;
    return GivenName(*time, row.last_seq);
}

}  // namespace oktail
