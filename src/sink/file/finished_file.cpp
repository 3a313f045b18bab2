#include "sink/file/finished_file.hpp"

#include "compression/packer.hpp"
#include "core/log.hpp"
#include "sink/file/file_work.hpp"

#include <algorithm>
#include <optional>

namespace oktail {
namespace {

using Kind = FinishedStep::Kind;
constexpr std::size_t piece = 1024 * 1024;

PackFormat format_of(std::string_view suffix) { return suffix == ".gz" ? PackFormat::gzip : PackFormat::zstd; }
std::string_view suffix_of(Packing packing) { return packing == Packing::gzip ? ".gz" : ".zst"; }

/// Hidden, so that it is in no reader's pattern.
std::string unfinished_name(const std::string& path) {
    const auto name = path.rfind('/') + 1;
    return path.substr(0, name) + '.' + path.substr(name) + ".unfinished";
}

/// The original or what it was packed into, whichever is there.
class Found {
public:
    std::optional<FileStatus> original;  ///< only if it is the row's file
    std::string packed_path;             ///< empty: none
    std::optional<FileStatus> packed;
};

Result<Found> find(FileIo& io, const FileRow& row) {
    Found found;
    auto original = io.look(row.path);
    if (!original) return original.error();
    if (*original && (*original)->regular && (*original)->is_same_file(row.ino, row.born)) found.original = **original;
    for (const std::string_view suffix : packed_suffixes) {
        const std::string path = row.path + std::string(suffix);
        auto packed = io.look(path);
        if (!packed) return packed.error();
        if (!*packed) continue;
        found.packed_path = path;
        found.packed = **packed;
        break;
    }
    return found;
}

/// One file, from front to back.
class Reader {
public:
    explicit Reader(File& file) : file_(file) {}

    /// Empty at the end.
    Result<std::string> next() {
        auto bytes = file_.read_at(at_, piece);
        if (bytes) at_ += bytes->size();
        return bytes;
    }

private:
    File& file_;
    std::uint64_t at_ = 0;
};

Error stopped() { return Error(ErrorKind::transient, "stopped while a file was packed; it begins again"); }

Result<void> pack(File& from, File& to, PackFormat format, const std::stop_token& stop) {
    const auto packer = make_packer(format);
    Reader reader(from);
    std::uint64_t at = 0;
    while (true) {
        if (stop.stop_requested()) return stopped();
        const auto bytes = reader.next();
        if (!bytes) return bytes.error();
        std::string packed;
        const auto done = packer->pack(*bytes, bytes->empty(), packed);
        if (!done) return done;
        const Written written = write_all(to, at, packed);
        if (written.error) return *written.error;
        at += packed.size();
        if (bytes->empty()) return to.flush();
    }
}

/// Whether `packed` holds just what `original` does.
Result<bool> holds_the_same(File& packed, File& original, PackFormat format, const std::stop_token& stop) {
    const auto unpacker = make_unpacker(format);
    Reader packed_reader(packed);
    std::uint64_t at = 0;
    while (true) {
        if (stop.stop_requested()) return stopped();
        const auto bytes = packed_reader.next();
        if (!bytes) return bytes.error();
        if (bytes->empty()) break;
        std::string unpacked;
        if (!unpacker->unpack(*bytes, unpacked)) return false;
        const auto same = original.read_at(at, unpacked.size());
        if (!same) return same.error();
        if (*same != unpacked) return false;
        at += unpacked.size();
    }
    const auto status = original.status();
    if (!status) return status.error();
    return unpacker->is_whole() && status->size == at;
}

Result<FinishedStep> left_alone(const std::string& path, const std::string& why) {
    log::warn({}, "a finished file stays as it is", {{"path", path}, {"why", why}});
    return FinishedStep(Kind::done);
}

Result<void> remove_for_good(FileIo& io, const std::string& path) {
    const auto removed = io.remove(path);
    if (!removed) return removed;
    return io.flush_directory(directory_of(path));
}

/// Both are there: either a crash came before the state knew, or someone else's file has the name.
Result<FinishedStep> compare(FileIo& io, const FileRow& row, const std::string& packed_path, const std::stop_token& stop) {
    const auto original = io.open(row.path);
    if (!original) return original.error();
    const auto packed = io.open(packed_path);
    if (!packed) return packed.error();
    const auto same = holds_the_same(**packed, **original, format_of(packed_path.substr(row.path.size())), stop);
    if (!same) return same.error();
    if (!*same) return left_alone(row.path, packed_path + " is there already, and holds something else");
    const auto flushed = io.flush_directory(directory_of(packed_path));
    if (!flushed) return flushed.error();
    return FinishedStep(Kind::packed);
}

Result<FinishedStep> pack_original(FileIo& io, const FileRow& row, const FileStatus& status, Packing packing,
                                   const std::stop_token& stop) {
    if (status.size != row.base) return left_alone(row.path, "someone else has written into it");
    const std::string unfinished = unfinished_name(row.path);
    const auto begun_before = io.remove(unfinished);
    if (!begun_before) return begun_before.error();
    const auto original = io.open(row.path);
    if (!original) return original.error();
    const auto packed = io.create(unfinished, status.mode);
    if (!packed) return packed.error();
    const std::string_view suffix = suffix_of(packing);
    const auto written = pack(**original, **packed, format_of(suffix), stop);
    if (!written) {
        static_cast<void>(io.remove(unfinished));  // it may be the disk that is full
        return written.error();
    }
    const auto same = holds_the_same(**packed, **original, format_of(suffix), stop);
    if (!same) return same.error();
    if (!*same) return Error(ErrorKind::transient, "what " + row.path + " was packed into does not read as it was written");
    const auto named = io.rename(unfinished, row.path + std::string(suffix));
    if (!named) return named.error();
    const auto flushed = io.flush_directory(directory_of(row.path));
    if (!flushed) return flushed.error();
    return FinishedStep(Kind::packed);
}

}  // namespace

Result<FinishedStep> step_finished_file(FileIo& io, const FileRow& row, const Rotation& rotation, UtcTime now,
                                        std::stop_token stop) {
    const auto found = find(io, row);
    if (!found) return found.error();
    const auto& [original, packed_path, packed] = *found;
    const bool is_packed = row.state == FileState::packed;
    if (!original && !(is_packed && packed)) return FinishedStep(Kind::done);  // someone else took it away

    if (rotation.keep.count() != 0) {
        const UtcTime over = (original ? original : packed)->written + rotation.keep;
        if (over <= now) {
            const auto removed = original ? remove_for_good(io, row.path) : Result<void>();
            if (!removed) return removed.error();
            const auto also = is_packed && packed ? remove_for_good(io, packed_path) : Result<void>();
            if (!also) return also.error();
            log::info({}, "a file was kept long enough", {{"path", row.path}});
            return FinishedStep(Kind::done);
        }
        if (!is_packed && rotation.compress == Packing::none) return FinishedStep(Kind::wait, over);
        if (!original) return FinishedStep(Kind::wait, over);
    }
    if (!is_packed) {
        if (rotation.compress == Packing::none) return FinishedStep(Kind::done);
        if (packed) return compare(io, row, packed_path, stop);
        return pack_original(io, row, *original, rotation.compress, stop);
    }
    if (!original) return FinishedStep(Kind::done);
    if (!packed) return left_alone(row.path, "what it was packed into is gone");
    if (now < packed->written + grace_of_readers) return FinishedStep(Kind::wait, packed->written + grace_of_readers);
    const auto removed = remove_for_good(io, row.path);
    if (!removed) return removed.error();
    return FinishedStep(rotation.keep.count() != 0 ? Kind::wait : Kind::done, now);
}

}  // namespace oktail
