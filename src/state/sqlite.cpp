#include "state/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace oktail::sqlite {
namespace {

int last_errno(sqlite3_file* file) {
    int number = 0;
    if (file != nullptr && file->pMethods != nullptr) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

/// The file behind a pointer that SQLITE_FCNTL_FILE_POINTER or SQLITE_FCNTL_JOURNAL_POINTER gives.
sqlite3_file* file_of(sqlite3* handle, int which) {
    sqlite3_file* file = nullptr;
    if (handle != nullptr) sqlite3_file_control(handle, "main", which, &file);
    return file;
}

/// No room, and nothing is damaged. SQLite calls only ENOSPC full, and only where it writes. A flush is never among these,
/// whatever its errno: what it should have kept may be lost.
bool is_full(int code, int cause) {
    if ((code & 0xff) == SQLITE_FULL) return true;
    if (code == SQLITE_IOERR_WRITE) return cause == EDQUOT || cause == EFBIG;
    return (code & 0xff) == SQLITE_CANTOPEN && (cause == ENOSPC || cause == EDQUOT);
}

std::string_view advice(int code) {
    switch (code & 0xff) {
        case SQLITE_IOERR: return "; look at the disk and the kernel's log";
        case SQLITE_BUSY: return "; another program has it open";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return "; restore the state directory from a backup";
        default: return "";
    }
}

}  // namespace

Connection::~Connection() {
    if (failed_ && handle_ != nullptr) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close(handle_);
}

Result<void> Connection::open(const std::string& vfs) {
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
    if (code != SQLITE_OK) return error(code);
    // In place of SQLite's own hook, which would move the log now and then and keep the errors of that to itself.
    const auto count_pages = [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle_, count_pages, &log_pages_);
    return {};
}

Result<void> Connection::execute(const std::string& sql) {
    if (failed_) return *failed_;
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code);
    return {};
}

Result<std::string> Connection::value(const std::string& sql) {
    Statement statement(*this, sql);
    std::string first;
    auto done = statement.each([&first](const Row& row) {
        if (first.empty()) first = row.text(0);
    });
    if (!done) return done.error();
    return first;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Result<void> Connection::move_log(bool truncate) {
    if (failed_) return *failed_;
    const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code, last_errno(file_of(handle_, SQLITE_FCNTL_FILE_POINTER)));
    log_pages_ = 0;
    return {};
}

// sqlite3_system_errno() knows nothing of a COMMIT that failed, and may still know of an older failure.
Error Connection::error(int code) {
    if ((code & 0xff) == SQLITE_CANTOPEN) return error(code, sqlite3_system_errno(handle_));
    const int of_log = last_errno(file_of(handle_, SQLITE_FCNTL_JOURNAL_POINTER));
    return error(code, of_log != 0 ? of_log : last_errno(file_of(handle_, SQLITE_FCNTL_FILE_POINTER)));
}

Error Connection::error(int code, int number) {
    const bool known = handle_ != nullptr && sqlite3_extended_errcode(handle_) == code;
    const boost::system::error_code cause((code & 0xff) == SQLITE_FULL ? 0 : number, boost::system::system_category());
    std::string what = "state database " + path_.string() + ": " + (known ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)) +
                       " (SQLite's code " + std::to_string(code) + (cause ? ", " + cause.message() : "") + ")";
    const bool full = is_full(code, cause.value());
    what += full ? "; free some space, or raise the quota or the limit of file sizes" : advice(code);
    Error error(full ? ErrorKind::transient : ErrorKind::fatal, std::move(what), cause);
    if (!full && !failed_) failed_ = error;
    return error;
}

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Row::bytes(int column) const {
    const auto* begin = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Result<void> Statement::start() {
    if (connection_.failed_) return *connection_.failed_;
    bind_code_ = SQLITE_OK;
    if (statement_ != nullptr) return {};
    const int code = sqlite3_prepare_v3(connection_.handle_, sql_.data(), static_cast<int>(sql_.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (code != SQLITE_OK) return connection_.error(code);
    return {};
}

void Statement::bind(int place, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(statement_, place, value); code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind(int place, std::string_view text) {
    const int code = sqlite3_bind_text64(statement_, place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind(int place, const Blob& blob) {
    // A null pointer would be bound as NULL.
    const char* begin = blob.bytes.empty() ? "" : blob.bytes.data();
    const int code = sqlite3_bind_blob64(statement_, place, begin, blob.bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) bind_code_ = code;
}

Result<bool> Statement::next() {
    const int code = bind_code_ != SQLITE_OK ? bind_code_ : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return connection_.error(code);
}

void Statement::finish() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

}  // namespace oktail::sqlite
