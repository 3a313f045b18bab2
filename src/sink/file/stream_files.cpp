#include "sink/file/stream_files.hpp"

#include <deque>
#include <utility>

namespace oktail {
namespace {

bool follow_each_other(const std::deque<RedoPlace>& redo, std::uint64_t at) {
    for (const RedoPlace& place : redo) {
        if (place.at != at) return false;
        at += place.size;
    }
    return true;
}

}  // namespace

Result<std::map<std::string, StreamFiles>> streams_of(FileTables tables) {
    std::map<std::int64_t, std::deque<RedoPlace>> promises;
    for (const RedoRow& row : tables.redo) promises[row.file].emplace_back(row);
    std::map<std::int64_t, std::vector<FileLedger>> files;
    for (FileRow& row : tables.files) {
        auto& redo = promises[row.id];
        if (!follow_each_other(redo, row.base))
            return Error(ErrorKind::fatal, "the state is damaged: lines are missing that were promised to " + row.path);
        files[row.stream].emplace_back(std::move(row), true, std::move(redo));
    }
    std::map<std::string, StreamFiles> streams;
    for (StreamRow& row : tables.streams) {
        StreamFiles& stream = streams[row.key];
        stream.files = std::move(files[row.id]);
        stream.stream = std::move(row);
    }
    return streams;
}

}  // namespace oktail
