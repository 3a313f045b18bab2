#include "format/line_format.hpp"
#include "okta/page_slicer.hpp"
#include "sink/file/file_ledger.hpp"
#include "sink/file/redo_rows.hpp"
#include "support/gzip.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

std::string joined(const std::vector<RedoRow>& rows) {
    std::string out;
    for (const RedoRow& row : rows) out += *redo_lines(RedoPlace(row), row.bytes);
    return out;
}

TEST(RedoRows, GiveBackTheLinesWhateverTheirSize) {
    for (const std::size_t size : {1UL, 65'536UL, 65'537UL, 1'048'576UL, 1'048'577UL, 3'000'000UL}) {
        std::string lines;
        while (lines.size() < size) lines += "{\"n\":" + std::to_string(lines.size()) + "}\n";
        lines.resize(size);

        const auto rows = redo_rows(lines);

        EXPECT_EQ(joined(rows), lines);
        for (const RedoRow& row : rows) EXPECT_LE(row.size, longest_row);
        EXPECT_EQ(rows.front().form, size > worth_compressing ? RedoForm::zstd : RedoForm::plain);
    }
}

/// A page as Okta sends it: gzip, with line breaks between tokens and white space between events, if `pretty`.
Lines page_lines(bool pretty, std::string* packed = nullptr) {
    std::string body = pretty ? " [ " : "[";
    for (int n = 0; n < 1'000; ++n) {
        if (n != 0) body += ',';
        body += pretty ? "{\r\n\"uuid\" :\n\"" : "{\"uuid\":\"";
        body += std::to_string(n) + "\",\"text\":\"" + std::string(static_cast<std::size_t>(n) % 200, 'x') + "\"}";
    }
    body += ']';
    const std::string wire = gzip(body);
    if (packed) *packed = wire;
    Buffer buffer = Buffer::copy_of(body);
    auto events = PageSlicer().slice(buffer);
    const auto page = std::make_shared<const Page>(std::move(buffer), std::move(*events), Cursor("/next"), UtcTime(),
                                                   ByteBudget::Reservation(), Buffer::copy_of(wire));
    return LineFormat::raw().render(Batch(page), 0);
}

TEST(RedoRows, WholePageIsKeptAsOktaSentIt) {
    for (const bool pretty : {false, true}) {
        std::string packed;
        const Lines lines = page_lines(pretty, &packed);
        ASSERT_TRUE(lines.whole_page());

        const auto rows = redo_rows(lines);

        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows.front().form, RedoForm::page);
        EXPECT_LT(rows.front().bytes.size(), packed.size() + 5'000);
        EXPECT_EQ(joined(rows), lines.view());
    }
}

TEST(RedoRows, DamagedPageIsFatalWhereverTheDamageIs) {
    const auto rows = redo_rows(page_lines(false));
    const std::string& good = rows.front().bytes;
    const std::size_t step = good.size() / 500 + 1;
    for (std::size_t at = 0; at < good.size(); at += step) {
        std::string bad = good;
        bad[at] ^= 0x10;
        const auto lines = redo_lines(RedoPlace(rows.front()), bad);
        if (lines) EXPECT_EQ(*lines, joined(rows)) << at;  // a byte that means nothing, as the time in gzip's head
        else EXPECT_EQ(lines.error().kind(), ErrorKind::fatal);
        const auto shorter = redo_lines(RedoPlace(rows.front()), good.substr(0, at));
        EXPECT_FALSE(shorter) << at;
    }
}

TEST(RedoRows, DamagedOnesAreFatal) {
    auto rows = redo_rows(std::string(100'000, 'x'));
    rows.front().bytes[rows.front().bytes.size() / 2] ^= 0x55;
    rows.front().bytes.pop_back();

    const auto lines = redo_lines(RedoPlace(rows.front()), rows.front().bytes);

    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().kind(), ErrorKind::fatal);
}

class FileLedgerTest : public testing::Test {
protected:
    FileLedgerTest() : ledger_(row(), false) {}
    static FileRow row() {
        FileRow row;
        row.id = 7;
        row.base = 10;
        row.tail = "0123456789";
        return row;
    }
    StateChange promise(std::string_view lines) {
        StateChange change;
        ledger_.promised(ledger_.promise(redo_rows(lines), change), lines);
        return change;
    }

    FileLedger ledger_;
};

TEST_F(FileLedgerTest, PromisesFollowEachOther) {
    const StateChange first = promise("aaa\n");
    const StateChange second = promise("bb\n");

    EXPECT_EQ(first.files.size(), 1u);
    EXPECT_EQ(second.files.size(), 0u);
    EXPECT_EQ(first.redo.at(0).at, 10u);
    EXPECT_EQ(second.redo.at(0).at, 14u);
    EXPECT_EQ(ledger_.end(), 17u);
}

TEST_F(FileLedgerTest, OnlyWhatIsFlushedEnds) {
    promise("aaa\n");
    StateChange early;
    EXPECT_FALSE(ledger_.purge(early));
    ledger_.flushed();
    promise("bb\n");

    StateChange change;
    const auto ended = ledger_.purge(change);
    ASSERT_TRUE(ended);
    ledger_.purged(*ended);

    EXPECT_EQ(change.purged, (std::vector<std::pair<std::int64_t, std::uint64_t>>{{7, 14}}));
    EXPECT_EQ(ledger_.row().base, 14u);
    EXPECT_EQ(ledger_.row().tail, "0123456789aaa\n");
    EXPECT_EQ(ledger_.redo().size(), 1u);
    EXPECT_FALSE(ledger_.all_purged());
}

TEST_F(FileLedgerTest, LateNewsOfAnOlderPurgeChangesNothing) {
    promise("aaa\n");
    ledger_.flushed();
    StateChange change;
    const auto older = ledger_.purge(change);
    promise("bb\n");
    ledger_.flushed();
    ledger_.purged(*ledger_.purge(change));

    ledger_.purged(*older);

    EXPECT_EQ(ledger_.row().base, 17u);
}

TEST_F(FileLedgerTest, TailIsTheLast64Bytes) {
    promise(std::string(70, 'a') + "\n");
    ledger_.flushed();

    StateChange change;
    EXPECT_EQ(ledger_.purge(change)->tail, std::string(63, 'a') + "\n");
}

}  // namespace
}  // namespace oktail
