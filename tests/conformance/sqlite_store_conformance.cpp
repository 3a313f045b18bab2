#include "conformance/store_conformance.hpp"

#include "state/sqlite_store.hpp"
#include "support/temp_dir.hpp"

#include <sqlite3.h>

namespace oktail {
namespace {

class SqliteHome : public StoreHome {
public:
    SqliteHome() { open(); }

    StateStore& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        open();
    }
    void spoil(const RouteId& route) override {
        store_.reset();
        sqlite3* database = nullptr;
        sqlite3_open((directory_ / "state.db").c_str(), &database);
        const std::string sql =
            "UPDATE checkpoint SET body = substr(body, 1, 40) || x'00' || substr(body, 42) WHERE tenant = '" + route.tenant() +
            "' AND sink = '" + route.sink() + "'";
        EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
        EXPECT_EQ(sqlite3_changes(database), 1);
        sqlite3_close(database);
    }

private:
    void open() {
        auto opened = SqliteStore::open(directory_.path());
        EXPECT_TRUE(opened) << opened.error().what();
        store_ = std::move(*opened);
    }

    TempDir directory_;
    std::unique_ptr<SqliteStore> store_;
};

std::unique_ptr<StoreHome> make_home() { return std::make_unique<SqliteHome>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(&make_home));

}  // namespace
}  // namespace oktail
