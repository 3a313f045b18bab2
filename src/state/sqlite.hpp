#pragma once

#include <oktail/core/error.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// The little of SQLite that the state needs, without exceptions. One thread at a time.
namespace oktail::sqlite {

class Connection {
public:
    explicit Connection(std::filesystem::path path) : path_(std::move(path)) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    /// After a failure it writes nothing more: what the disk holds is for the next start to judge.
    ~Connection();

    /// Once, and first. `vfs` is SQLite's name of a file system; empty: the system's.
    Result<void> open(const std::string& vfs);
    /// One or more statements; rows they give are dropped.
    Result<void> execute(const std::string& sql);
    /// The first column of the first row.
    Result<std::string> value(const std::string& sql);
    bool in_transaction() const;

    /// Moves the pages of the write-ahead log into the database; `truncate` leaves an empty log behind.
    Result<void> move_log(bool truncate);
    /// How many pages the log held after the last transaction.
    int log_pages() const noexcept { return log_pages_; }

    /// The first error other than a full disk. From then on every call answers with it and none reaches the disk.
    const std::optional<Error>& failed() const noexcept { return failed_; }

private:
    friend class Statement;

    /// transient: the disk, the quota or the file is full; fatal: all else, remembered in failed(). `code` is SQLite's.
    Error error(int code);
    Error error(int code, int number);  ///< with the errno behind it

    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
    int log_pages_ = 0;
    std::optional<Error> failed_;
};

/// Bytes for a BLOB column.
class Blob {
public:
    explicit Blob(std::string_view bytes) : bytes(bytes) {}

    std::string_view bytes;
};

/// The row a statement stands on. Views are good until its next step.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    std::int64_t integer(int column) const;
    std::string_view bytes(int column) const;
    std::string text(int column) const { return std::string(bytes(column)); }

private:
    sqlite3_stmt* statement_;
};

/// Compiled at its first use, then kept. Values are bound without a copy, so they must live until run() or each() returns.
class Statement {
public:
    /// `sql` must outlive the statement: a literal.
    Statement(Connection& connection, std::string_view sql) : connection_(connection), sql_(sql) {}
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    template <class... Values>
    Result<void> run(const Values&... values) {
        return each([](const Row&) {}, values...);
    }

    /// Calls `take` with each row.
    template <class Take, class... Values>
    Result<void> each(Take take, const Values&... values) {
        if (auto ready = start(); !ready) return ready;
        int place = 0;
        (bind(++place, values), ...);
        auto row = next();
        for (; row && *row; row = next()) take(Row(statement_));
        finish();
        if (!row) return row.error();
        return {};
    }

private:
    Result<void> start();
    void bind(int place, std::int64_t value);
    void bind(int place, std::string_view text);
    void bind(int place, const Blob& blob);
    /// true: there is a row.
    Result<bool> next();
    void finish();

    Connection& connection_;
    std::string_view sql_;
    sqlite3_stmt* statement_ = nullptr;
    int bind_code_ = 0;
};

}  // namespace oktail::sqlite
