#pragma once

#include <oktail/core/error.hpp>
#include <oktail/state/state_store.hpp>

#include "state/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// The tables of the state database and what is done to them. Blocks; one thread at a time.
class StateTables {
public:
    explicit StateTables(std::filesystem::path directory);

    /// Whether there is a database, without making one. Errors: rejected.
    static Result<void> look_for(const std::filesystem::path& directory);

    /// Once, and first. Errors: rejected (a newer oktail wrote it, or it is gone: a person must decide), transient (disk full),
    /// fatal (all other trouble).
    Result<void> open(const std::string& vfs);

    /// All changes in one transaction. Errors: transient (disk full, and nothing of any change is kept), fatal.
    Result<void> commit(const std::vector<StateChange>& changes);
    Result<std::optional<Checkpoint>> load(const RouteId& route);
    Result<FileTables> load_files();
    Result<Checkpoints> load_checkpoints();
    Result<std::string> load_redo(std::int64_t file, std::uint64_t at);

    /// Moves the log into the database once it holds `pages`. Errors: fatal; a full disk is none, the log just goes on growing.
    Result<void> limit_log(int pages);

    bool was_empty() const noexcept { return was_empty_; }
    /// How many times this state was opened, with this time.
    std::int64_t opened() const noexcept { return opened_; }

private:
    Result<void> create_file() const;
    Result<void> configure();
    Result<void> migrate(bool is_new);
    Result<void> look_around();
    Result<void> apply(const StateChange& change);

    std::filesystem::path directory_;
    sqlite::Connection connection_;
    bool was_empty_ = true;
    std::int64_t opened_ = 0;

    sqlite::Statement begin_{connection_, "BEGIN IMMEDIATE"};
    sqlite::Statement commit_{connection_, "COMMIT"};
    sqlite::Statement roll_back_{connection_, "ROLLBACK"};
    sqlite::Statement save_checkpoint_{connection_,
                                       "INSERT INTO checkpoint(tenant, sink, seq, body) VALUES (?, ?, ?, ?) "
                                       "ON CONFLICT(tenant, sink) DO UPDATE SET seq = excluded.seq, body = excluded.body"};
    sqlite::Statement save_stream_{connection_,
                                   "INSERT INTO stream(id, key, last_time, last_seq) VALUES (?, ?, ?, ?) "
                                   "ON CONFLICT(id) DO UPDATE SET key = excluded.key, last_time = excluded.last_time, "
                                   "last_seq = excluded.last_seq"};
    sqlite::Statement save_file_{
        connection_,
        "INSERT INTO file(id, stream, path, ino, born, base, tail, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(id) DO UPDATE SET stream = excluded.stream, path = excluded.path, "
        "ino = excluded.ino, born = excluded.born, base = excluded.base, tail = excluded.tail, "
        "state = excluded.state"};
    sqlite::Statement add_redo_{connection_, "INSERT INTO redo(file, at, size, compressed, bytes) VALUES (?, ?, ?, ?, ?)"};
    sqlite::Statement purge_{connection_, "DELETE FROM redo WHERE file = ? AND at < ?"};
    sqlite::Statement drop_redo_{connection_, "DELETE FROM redo WHERE file = ?"};
    sqlite::Statement drop_file_{connection_, "DELETE FROM file WHERE id = ?"};
    sqlite::Statement drop_checkpoint_{connection_, "DELETE FROM checkpoint WHERE tenant = ? AND sink = ?"};
    sqlite::Statement find_checkpoint_{connection_, "SELECT body FROM checkpoint WHERE tenant = ? AND sink = ?"};
    sqlite::Statement find_redo_{connection_, "SELECT bytes FROM redo WHERE file = ? AND at = ?"};
};

}  // namespace oktail
