#pragma once

#include "sink/file/file_ledger.hpp"

#include <oktail/core/error.hpp>
#include <oktail/state/state_store.hpp>

#include <map>
#include <string>
#include <vector>

namespace oktail {

/// What the state has of one stream.
class StreamFiles {
public:
    StreamFiles() = default;

    StreamRow stream;
    std::vector<FileLedger> files;
};

/// By stream key. Errors: fatal (the state is damaged).
Result<std::map<std::string, StreamFiles>> streams_of(FileTables tables);

}  // namespace oktail
