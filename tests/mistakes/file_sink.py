"""The mistakes that a writer of exactly-once files makes, each as one replacement in the source."""

EXACT = "src/sink/file/exact_stream.cpp"
FILE = "src/sink/file/promised_file.cpp"
LEDGER = "src/sink/file/file_ledger.cpp"
NAME = "src/sink/file/file_name.cpp"
WORK = "src/sink/file/file_work.cpp"
FINISHED = "src/sink/file/finished_file.cpp"
SYSTEM = "src/sink/file/posix_file_io.cpp"

COMMIT = "    const auto saved = co_await env_.state.commit(std::move(change));\n    if (!saved) co_return noted(saved.error());\n    names_.stored = true;\n"
SPLIT = "    StateChange apart;\n    std::swap(apart.checkpoints, change.checkpoints);\n"
APART = "    const auto other = co_await env_.state.commit(std::move(apart));\n    if (!other) co_return noted(other.error());\n"

MISTAKES = [
    ("checkpoint before redo", EXACT, COMMIT, SPLIT + APART + COMMIT),
    ("checkpoint in a later transaction", EXACT, COMMIT, SPLIT + COMMIT + APART),
    ("append before commit", EXACT, COMMIT, "    co_await live_->append(lines, ledger.end(), stop_);\n" + COMMIT),
    ("answer before append", EXACT, "    group_.promised(size);\n", "    answer_all(pages, true);\n    pages.clear();\n    group_.promised(size);\n"),
    ("purge before flush", LEDGER, "    tail_ = tail_behind(tail_, lines);\n", "    tail_ = tail_behind(tail_, lines);\n    flushed();\n"),
    ("file's directory not flushed", FILE, "if (to_disk && entry_too) {", "if (to_disk && entry_too && path.empty()) {"),
    ("new directories not flushed", WORK, "        const auto flushed = io.flush_directory(directory_of(directory));\n        if (!flushed) return flushed;\n", ""),
    ("replay only what is missing at the end", FILE,
     "        auto job = [file = file_, place, lines = std::move(*lines)] { return write_all(*file, place.at, lines); };\n        const Written written",
     "        auto job = [file = file_, place, lines = std::move(*lines)] {\n            const auto now = file->status();\n            return now && now->size >= place.at + place.size ? Written(place.size) : write_all(*file, place.at, lines);\n        };\n        const Written written"),
    ("replay at the end of the file", FILE,
     "        auto job = [file = file_, place, lines = std::move(*lines)] { return write_all(*file, place.at, lines); };\n        const Written written",
     "        auto job = [file = file_, place, lines = std::move(*lines)] { return write_all(*file, file->status()->size, lines); };\n        const Written written"),
    ("flush again after EIO", FILE, "        suspect_ = !flushed;\n", "        suspect_ = false;\n"),
    ("next batch after a short write", FILE, "        if (!is_full(*written.error) || stop.stop_requested()) co_return;\n", "        break;\n"),
    ("seal without flush", EXACT, "            const auto flushed = co_await flush();\n            if (!flushed) co_return flushed;\n            // It was", "            live_->ledger().flushed();\n            // It was"),
    ("sealed with its redo rows", EXACT, "        change.purged.emplace_back(row.id, row.base);\n", ""),
    ("pack without flush", FINISHED, "if (bytes->empty()) return to.flush();", "if (bytes->empty()) return {};"),
    ("packed, and its directory not flushed", FINISHED, "    const auto flushed = io.flush_directory(directory_of(row.path));\n    if (!flushed) return flushed.error();\n    return FinishedStep(Kind::packed);", "    return FinishedStep(Kind::packed);"),
    ("rename that replaces", SYSTEM, "RENAME_NOREPLACE) == 0", "0) == 0"),
    ("packed file of someone else believed", FINISHED, "    if (!*same) return left_alone(row.path, packed_path", "    if (false) return left_alone(row.path, packed_path"),
    ("original gone before its readers are done", FINISHED, "if (now < packed->written + grace_of_readers) return", "if (now < packed->written) return"),
    ("name from the clock alone", NAME, "return std::max(now, last.time);", "return std::max(now, std::min(now, last.time));"),
    ("taken names are not looked for", WORK, "        if (*packed || (*there && !empty)) continue;\n", "        if (*there && !empty) continue;\n"),
    ("found by name only", FILE, "status.regular && status.is_same_file(row.ino, row.born) &&", "status.regular &&"),
    ("found by inode number only", FILE, "status.is_same_file(row.ino, row.born) && status.size >= row.base && status.size <= end", "status.ino == row.ino"),
    ("bytes where lines are promised not looked at", FILE, "        if (*holds == Holds::something_else) co_return false;\n", ""),
    ("renamed file not searched for", FILE, "    for (const std::string& name : *names) {\n", "    for (const std::string& name : std::vector<std::string>()) {\n"),
    ("deletion not noticed", FILE, "        if (flushed->links != 0 || ledger_.all_purged()) break;\n", "        break;\n"),
    ("own name not taken again when it is empty", WORK, "    if (!*there || !(*there)->regular || (*there)->size != 0) return made;\n", "    if (path != stream.base()) return made;\n"),
]
