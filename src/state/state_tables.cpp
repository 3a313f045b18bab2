#include "state/state_tables.hpp"

#include "state/checkpoint_codec.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using sqlite::Blob;
using sqlite::Row;

constexpr int schema_version = 1;

// Redo rows lie in the order in which they came, not by file: small pages into 200 files then change a few pages of the
// database and not 200, which makes them 1.8 times as fast. (The same statements serve databases of the layout before.) Their
// bytes come last, so that a look at the other columns reads no overflow pages.
constexpr const char* schema = R"(
    CREATE TABLE opening(count INTEGER NOT NULL);
    INSERT INTO opening VALUES (0);
    CREATE TABLE checkpoint(tenant TEXT NOT NULL, sink TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL,
                            UNIQUE(tenant, sink));
    CREATE TABLE stream(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, last_time TEXT NOT NULL, last_seq INTEGER NOT NULL);
    CREATE TABLE file(id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, path TEXT NOT NULL, ino INTEGER NOT NULL,
                      born INTEGER NOT NULL, base INTEGER NOT NULL, tail BLOB NOT NULL, state INTEGER NOT NULL);
    CREATE TABLE redo(id INTEGER PRIMARY KEY, file INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL,
                      compressed INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(file, at));
)";

/// SQLite's integers are signed. An inode number may use all 64 bits, which come back as they went in.
std::int64_t signed_bits(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// An offset keeps its order; no file is that long.
std::int64_t offset(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

fs::path database_in(const fs::path& directory) { return directory / "state.db"; }

/// Stands beside the database from its first commit on, so that a database which is gone later is not taken for a new one.
fs::path mark_in(const fs::path& directory) { return directory / "initialized"; }

Result<Checkpoint> checkpoint_of(const RouteId& route, std::string_view bytes) {
    auto checkpoint = decode_checkpoint(bytes);
    if (!checkpoint) return checkpoint.error().in("route " + route.tenant() + "/" + route.sink());
    return checkpoint;
}

}  // namespace

StateTables::StateTables(fs::path directory) : directory_(std::move(directory)), connection_(database_in(directory_)) {}

Result<void> StateTables::look_for(const fs::path& directory) {
    std::error_code error;
    if (fs::exists(database_in(directory), error)) return {};
    const std::string where = "state directory " + directory.string() + ": ";
    if (error) return Error(ErrorKind::rejected, where + error.message());
    return Error(ErrorKind::rejected, where + "holds no state; oktail has not run with it yet, or with another state_dir");
}

Result<void> StateTables::open(const std::string& vfs) {
    if (auto created = create_file(); !created) return created;
    if (auto opened = connection_.open(vfs); !opened) return opened;
    if (auto done = connection_.execute("PRAGMA locking_mode=EXCLUSIVE"); !done) return done;
    const auto version = connection_.value("PRAGMA user_version");
    if (!version) return version.error();
    // Before anything is changed, the layout of the log included.
    if (std::stoi(*version) > schema_version)
        return Error(ErrorKind::rejected, "state database " + database_in(directory_).string() + " has version " + *version +
                                              ", this oktail knows " + std::to_string(schema_version) +
                                              "; run the version of oktail that wrote it, or a newer one");
    if (auto done = configure(); !done) return done;
    if (auto done = migrate(*version == "0"); !done) return done;
    return look_around();
}

// SQLite would make it readable by all; its log takes the mode from it.
Result<void> StateTables::create_file() const {
    const fs::path path = database_in(directory_);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        const boost::system::error_code code(errno, boost::system::system_category());
        return Error(ErrorKind::fatal, "state database " + path.string() + ": " + code.message(), code);
    }
    ::close(fd);
    return {};
}

Result<void> StateTables::configure() {
    // 32 KiB: a checkpoint fits in one page, and a page of events commits three times as fast as with 4 KiB.
    // 8 MiB of cache: such a commit does not spill, which halves its CPU time.
    for (const char* pragma : {"PRAGMA page_size=32768", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=FAST",
                               "PRAGMA cache_size=-8192", "PRAGMA cell_size_check=ON", "PRAGMA trusted_schema=OFF"})
        if (auto done = connection_.execute(pragma); !done) return done;
    const auto mode = connection_.value("PRAGMA journal_mode=WAL");
    if (!mode) return mode.error();
    if (*mode != "wal") return Error(ErrorKind::fatal, "state database: no write-ahead log here, its journal mode is " + *mode);
    if (auto done = connection_.execute("PRAGMA journal_size_limit=67108864"); !done) return done;

    const auto damage = connection_.value("PRAGMA quick_check(1)");
    if (!damage) return damage.error();
    if (*damage != "ok")
        return Error(ErrorKind::fatal, "state database " + database_in(directory_).string() + " is damaged: " + *damage +
                                           "; restore the state directory from a backup");

    // After a failed flush the page cache may show a log that the disk does not hold. Written into the database and flushed
    // before anything is built on it, what we have read is what a power cut will leave.
    return connection_.move_log(true);
}

Result<void> StateTables::migrate(bool is_new) {
    const fs::path mark = mark_in(directory_);
    if (is_new) {
        if (::access(mark.c_str(), F_OK) == 0)
            return Error(ErrorKind::rejected,
                         "state database " + database_in(directory_).string() +
                             " is missing or empty, but this directory had one; restore it from a backup, or "
                             "remove " +
                             mark.string() + " to let every route begin anew");
        const std::string create =
            std::string("BEGIN;") + schema + "PRAGMA user_version=" + std::to_string(schema_version) + ";COMMIT";
        if (auto done = connection_.execute(create); !done) return done;
    }
    const int fd = ::open(mark.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);  // a second lock only, so a failure is none of ours
    return {};
}

Result<void> StateTables::look_around() {
    sqlite::Statement count(connection_, "UPDATE opening SET count = count + 1 RETURNING count");
    if (auto done = count.each([this](const Row& row) { opened_ = row.integer(0); }); !done) return done;
    const auto rows = connection_.value("SELECT EXISTS(SELECT 1 FROM checkpoint) OR EXISTS(SELECT 1 FROM file)");
    if (!rows) return rows.error();
    was_empty_ = *rows == "0";
    return {};
}

Result<void> StateTables::commit(const std::vector<StateChange>& changes) {
    auto done = begin_.run();
    for (auto change = changes.begin(); done && change != changes.end(); ++change) done = apply(*change);
    if (done) done = commit_.run();
    if (!done && !connection_.failed() && connection_.in_transaction())
        if (auto undone = roll_back_.run(); !undone) return undone;
    return done;
}

Result<void> StateTables::apply(const StateChange& change) {
    Result<void> done;
    const auto each = [&done](const auto& rows, const auto& save) {
        for (auto row = rows.begin(); done && row != rows.end(); ++row) done = save(*row);
    };
    each(change.purged, [this](const auto& purged) { return purge_.run(purged.first, offset(purged.second)); });
    each(change.dropped_files, [this](std::int64_t id) {
        auto dropped = drop_redo_.run(id);
        return dropped ? drop_file_.run(id) : dropped;
    });
    each(change.dropped_checkpoints,
         [this](const RouteId& route) { return drop_checkpoint_.run(route.tenant(), route.sink()); });
    each(change.streams,
         [this](const StreamRow& row) { return save_stream_.run(row.id, row.key, row.last_time, row.last_seq); });
    each(change.files, [this](const FileRow& row) {
        return save_file_.run(row.id, row.stream, row.path, signed_bits(row.ino), row.born, offset(row.base), Blob(row.tail),
                              static_cast<std::int64_t>(row.state));
    });
    each(change.redo, [this](const RedoRow& row) {
        return add_redo_.run(row.file, offset(row.at), offset(row.size), static_cast<std::int64_t>(row.form), Blob(row.bytes));
    });
    each(change.checkpoints, [this](const std::pair<RouteId, Checkpoint>& saved) {
        const auto& [route, checkpoint] = saved;
        const std::string body = encode_checkpoint(checkpoint);
        return save_checkpoint_.run(route.tenant(), route.sink(), signed_bits(checkpoint.seq), Blob(body));
    });
    return done;
}

Result<std::optional<Checkpoint>> StateTables::load(const RouteId& route) {
    std::optional<Result<Checkpoint>> found;
    const auto decode = [&](const Row& row) { found = checkpoint_of(route, row.bytes(0)); };
    if (auto done = find_checkpoint_.each(decode, route.tenant(), route.sink()); !done) return done.error();
    if (!found) return std::optional<Checkpoint>();
    if (!*found) return found->error();
    return std::optional<Checkpoint>(std::move(**found));
}

Result<Checkpoints> StateTables::load_checkpoints() {
    Checkpoints all;
    std::optional<Error> unreadable;
    const auto decode = [&](const Row& row) {
        RouteId route(row.text(0), row.text(1));
        auto checkpoint = checkpoint_of(route, row.bytes(2));
        if (checkpoint) all.emplace_back(std::move(route), std::move(*checkpoint));
        else if (!unreadable) unreadable = checkpoint.error();
    };
    sqlite::Statement rows(connection_, "SELECT tenant, sink, body FROM checkpoint ORDER BY tenant, sink");
    if (auto done = rows.each(decode); !done) return done.error();
    if (unreadable) return *unreadable;
    return all;
}

Result<FileTables> StateTables::load_files() {
    FileTables tables;
    sqlite::Statement streams(connection_, "SELECT id, key, last_time, last_seq FROM stream ORDER BY id");
    auto done = streams.each([&tables](const Row& row) {
        StreamRow& stream = tables.streams.emplace_back();
        stream.id = row.integer(0);
        stream.key = row.text(1);
        stream.last_time = row.text(2);
        stream.last_seq = row.integer(3);
    });
    if (!done) return done.error();

    sqlite::Statement files(connection_, "SELECT id, stream, path, ino, born, base, tail, state FROM file ORDER BY id");
    done = files.each([&tables](const Row& row) {
        FileRow& file = tables.files.emplace_back();
        file.id = row.integer(0);
        file.stream = row.integer(1);
        file.path = row.text(2);
        file.ino = static_cast<std::uint64_t>(row.integer(3));
        file.born = row.integer(4);
        file.base = static_cast<std::uint64_t>(row.integer(5));
        file.tail = row.text(6);
        file.state = static_cast<FileState>(row.integer(7));
    });
    if (!done) return done.error();

    sqlite::Statement redo(connection_, "SELECT file, at, size, compressed FROM redo ORDER BY file, at");
    done = redo.each([&tables](const Row& row) {
        RedoRow& promised = tables.redo.emplace_back();
        promised.file = row.integer(0);
        promised.at = static_cast<std::uint64_t>(row.integer(1));
        promised.size = static_cast<std::uint64_t>(row.integer(2));
        promised.form = static_cast<RedoForm>(row.integer(3));
    });
    if (!done) return done.error();
    return tables;
}

Result<std::string> StateTables::load_redo(std::int64_t file, std::uint64_t at) {
    std::optional<std::string> found;
    const auto take = [&found](const Row& row) { found = row.text(0); };
    if (auto done = find_redo_.each(take, file, offset(at)); !done) return done.error();
    if (!found)
        return Error(ErrorKind::fatal, "state database: no redo of file " + std::to_string(file) + " at " + std::to_string(at));
    return std::move(*found);
}

Result<void> StateTables::limit_log(int pages) {
    if (connection_.log_pages() < pages) return {};
    auto moved = connection_.move_log(false);
    if (!moved && moved.error().kind() == ErrorKind::transient) return {};
    return moved;
}

}  // namespace oktail
