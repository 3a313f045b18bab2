#include "conformance/store_conformance.hpp"

#include "support/sample_checkpoint.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <set>

namespace oktail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const RouteId acme("acme", "archive");
const RouteId globex("globex", "archive");
constexpr auto all = std::numeric_limits<std::uint64_t>::max();

FileRow file_row(std::int64_t id, const std::string& path = "/logs/acme.ndjson") {
    FileRow row;
    row.id = id;
    row.stream = 7;
    row.path = path;
    row.ino = all - 1;
    row.born = 1'767'225'600'123'456'789;
    row.base = 4096;
    row.tail = std::string("end\0of\nbase\n", 12);
    row.state = FileState::sealed;
    return row;
}

RedoRow redo_row(std::int64_t file, std::uint64_t at, std::string bytes = "line\n") {
    RedoRow row;
    row.file = file;
    row.at = at;
    row.size = bytes.size();
    row.bytes = std::move(bytes);
    return row;
}

StateChange with_redo(std::vector<RedoRow> rows) {
    StateChange change;
    change.redo = std::move(rows);
    return change;
}

std::vector<std::pair<std::int64_t, std::uint64_t>> places(const FileTables& tables) {
    std::vector<std::pair<std::int64_t, std::uint64_t>> places;
    for (const auto& row : tables.redo) places.emplace_back(row.file, row.at);
    return places;
}

TEST_P(StoreConformance, ARouteThatNeverSavedHasNoCheckpoint) {
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));

    EXPECT_EQ(load(RouteId("acme", "other")), std::nullopt);
    EXPECT_EQ(load(RouteId("other", "archive")), std::nullopt);
}

TEST_P(StoreConformance, ASaveSurvivesReopening) {
    const auto checkpoint = sample_checkpoint(1, 1'000);
    ASSERT_TRUE(save(acme, checkpoint));

    reopen();

    EXPECT_EQ(load(acme), checkpoint);
}

TEST_P(StoreConformance, TheLastSaveCounts) {
    ASSERT_TRUE(save(acme, sample_checkpoint(1, 1'000)));
    ASSERT_TRUE(save(acme, sample_checkpoint(2)));

    EXPECT_EQ(load(acme), sample_checkpoint(2));
}

TEST_P(StoreConformance, RoutesAreApart) {
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));
    ASSERT_TRUE(save(globex, sample_checkpoint(2)));
    ASSERT_TRUE(save(RouteId("acme", "siem"), sample_checkpoint(3)));

    EXPECT_EQ(load(acme), sample_checkpoint(1));
    EXPECT_EQ(load(globex), sample_checkpoint(2));
    EXPECT_EQ(load(RouteId("acme", "siem")), sample_checkpoint(3));
}

TEST_P(StoreConformance, ManyRoutesOfTwoShardsSaveAtOnce) {
    std::vector<std::future<Result<void>>> saves;
    for (std::uint64_t n = 0; n < 200; ++n) {
        auto& shard = n % 2 == 0 ? shard_ : other_shard_;
        saves.push_back(start_on(shard, store().save(RouteId("tenant-" + std::to_string(n), "archive"), sample_checkpoint(n))));
    }
    for (auto& saved : saves) ASSERT_TRUE(saved.get());

    reopen();

    for (std::uint64_t n = 0; n < 200; ++n)
        ASSERT_EQ(load(RouteId("tenant-" + std::to_string(n), "archive")), sample_checkpoint(n));
}

TEST_P(StoreConformance, ChangesOfOneCallerKeepTheirOrder) {
    std::vector<std::future<Result<void>>> saves;
    for (std::uint64_t n = 1; n <= 50; ++n) saves.push_back(start_on(shard_, store().save(acme, sample_checkpoint(n))));
    for (auto& saved : saves) ASSERT_TRUE(saved.get());

    EXPECT_EQ(load(acme), sample_checkpoint(50));
}

TEST_P(StoreConformance, ALoadSeesWhatWasHandedInBefore) {
    // While the store is busy with a large change, both wait, and are taken up together.
    auto large = start_on(shard_, store().commit(with_redo({redo_row(1, 0, std::string(16 * 1024 * 1024, 'x'))})));
    auto saved = start_on(shard_, store().save(acme, sample_checkpoint(5)));

    const auto loaded = load(acme);

    EXPECT_EQ(loaded, sample_checkpoint(5));
    EXPECT_TRUE(large.get());
    EXPECT_TRUE(saved.get());
}

TEST_P(StoreConformance, AllCheckpointsComeByTenantAndSink) {
    ASSERT_TRUE(save(globex, sample_checkpoint(2)));
    ASSERT_TRUE(save(RouteId("acme", "siem"), sample_checkpoint(3, 1'000)));
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));

    EXPECT_THAT(checkpoints(),
                ElementsAre(Pair(acme, sample_checkpoint(1)), Pair(RouteId("acme", "siem"), sample_checkpoint(3, 1'000)),
                            Pair(globex, sample_checkpoint(2))));
}

TEST_P(StoreConformance, ADroppedCheckpointIsGoneAndMayComeAgain) {
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));
    ASSERT_TRUE(save(globex, sample_checkpoint(2)));
    StateChange change;
    change.dropped_checkpoints = {acme, globex};
    change.checkpoints.emplace_back(acme, sample_checkpoint(7));

    ASSERT_TRUE(commit(change));

    EXPECT_THAT(checkpoints(), ElementsAre(Pair(acme, sample_checkpoint(7))));
}

TEST_P(StoreConformance, OneCommitChangesEverything) {
    StateChange change;
    StreamRow stream;
    stream.id = 7;
    stream.key = "archive\n/logs/acme/%Y-%m-%d.ndjson";
    stream.last_time = "2026-11-23";
    stream.last_seq = 2;
    change.streams.push_back(stream);
    change.files.push_back(file_row(8, "/logs/acme/2026-11-23.2.ndjson"));
    change.redo.push_back(redo_row(8, 4096));
    change.checkpoints.emplace_back(acme, sample_checkpoint(1));
    change.checkpoints.emplace_back(globex, sample_checkpoint(2));
    ASSERT_TRUE(commit(change));

    reopen();

    const auto tables = files();
    ASSERT_THAT(tables.streams, SizeIs(1));
    EXPECT_EQ(tables.streams[0].id, 7);
    EXPECT_EQ(tables.streams[0].key, stream.key);
    EXPECT_EQ(tables.streams[0].last_time, "2026-11-23");
    EXPECT_EQ(tables.streams[0].last_seq, 2);
    ASSERT_THAT(tables.files, SizeIs(1));
    EXPECT_EQ(tables.files[0].id, 8);
    EXPECT_EQ(tables.files[0].stream, 7);
    EXPECT_EQ(tables.files[0].path, "/logs/acme/2026-11-23.2.ndjson");
    EXPECT_EQ(tables.files[0].ino, all - 1);
    EXPECT_EQ(tables.files[0].born, 1'767'225'600'123'456'789);
    EXPECT_EQ(tables.files[0].base, 4096U);
    EXPECT_EQ(tables.files[0].tail, std::string("end\0of\nbase\n", 12));
    EXPECT_EQ(tables.files[0].state, FileState::sealed);
    EXPECT_THAT(places(tables), ElementsAre(Pair(8, 4096)));
    EXPECT_EQ(load(acme), sample_checkpoint(1));
    EXPECT_EQ(load(globex), sample_checkpoint(2));
}

TEST_P(StoreConformance, RowsAreReplacedById) {
    StateChange first;
    first.files = {file_row(8), file_row(9)};
    StateChange second;
    auto moved = file_row(8, "/logs/acme.1.ndjson");
    moved.base = 9000;
    moved.state = FileState::packed;
    moved.tail.clear();
    second.files = {moved};

    ASSERT_TRUE(commit(first));
    ASSERT_TRUE(commit(second));

    const auto tables = files();
    ASSERT_THAT(tables.files, SizeIs(2));
    EXPECT_EQ(tables.files[0].path, "/logs/acme.1.ndjson");
    EXPECT_EQ(tables.files[0].base, 9000U);
    EXPECT_EQ(tables.files[0].state, FileState::packed);
    EXPECT_THAT(tables.files[0].tail, IsEmpty());
    EXPECT_EQ(tables.files[1].path, "/logs/acme.ndjson");
}

TEST_P(StoreConformance, RedoComesBackByteForByte) {
    const std::string large(1024 * 1024, '\0');
    auto packed = redo_row(1, 5, std::string("\x28\xb5\x2f\xfd\0\n", 6));
    packed.form = RedoForm::zstd;
    packed.size = 100;
    ASSERT_TRUE(commit(with_redo({redo_row(1, 0), packed, redo_row(1, 105, large), redo_row(2, 0, "")})));

    reopen();

    EXPECT_EQ(redo(1, 0).value(), "line\n");
    EXPECT_EQ(redo(1, 5).value(), packed.bytes);
    EXPECT_EQ(redo(1, 105).value(), large);
    EXPECT_EQ(redo(2, 0).value(), "");
    const auto tables = files();
    ASSERT_THAT(places(tables), ElementsAre(Pair(1, 0), Pair(1, 5), Pair(1, 105), Pair(2, 0)));
    EXPECT_EQ(tables.redo[1].size, 100U);
    EXPECT_EQ(tables.redo[1].form, RedoForm::zstd);
    EXPECT_EQ(tables.redo[2].form, RedoForm::plain);
    EXPECT_THAT(tables.redo[2].bytes, IsEmpty());
}

TEST_P(StoreConformance, RedoThatIsNotThereIsFatal) {
    ASSERT_TRUE(commit(with_redo({redo_row(1, 0)})));

    ASSERT_FALSE(redo(1, 5));
    EXPECT_EQ(redo(1, 5).error().kind(), ErrorKind::fatal);
}

TEST_P(StoreConformance, PurgingEndsBeforeTheOffset) {
    ASSERT_TRUE(commit(with_redo({redo_row(1, 0), redo_row(1, 5), redo_row(1, 10), redo_row(2, 0)})));
    StateChange purge;
    purge.purged.emplace_back(1, 10);

    ASSERT_TRUE(commit(purge));

    EXPECT_THAT(places(files()), ElementsAre(Pair(1, 10), Pair(2, 0)));
}

TEST_P(StoreConformance, WhatGoesGoesBeforeTheRestComes) {
    ASSERT_TRUE(commit(with_redo({redo_row(1, 100, "old\n"), redo_row(1, 104, "old\n")})));
    auto shift = with_redo({redo_row(1, 0, "new\n"), redo_row(1, 104, "new\n")});
    shift.purged.emplace_back(1, all);

    ASSERT_TRUE(commit(shift));

    EXPECT_THAT(places(files()), ElementsAre(Pair(1, 0), Pair(1, 104)));
    EXPECT_EQ(redo(1, 104).value(), "new\n");
}

TEST_P(StoreConformance, ADroppedFileTakesItsRedoAlong) {
    auto change = with_redo({redo_row(8, 0), redo_row(8, 5), redo_row(9, 0)});
    change.files = {file_row(8), file_row(9)};
    ASSERT_TRUE(commit(change));
    StateChange drop;
    drop.dropped_files = {8};

    ASSERT_TRUE(commit(drop));

    ASSERT_THAT(files().files, SizeIs(1));
    EXPECT_EQ(files().files[0].id, 9);
    EXPECT_THAT(places(files()), ElementsAre(Pair(9, 0)));
}

TEST_P(StoreConformance, IdsNeverRepeat) {
    std::set<std::int64_t> ids;
    for (int opening = 0; opening < 3; ++opening, reopen())
        for (int n = 0; n < 10; ++n) ids.insert(store().new_id());

    EXPECT_THAT(ids, SizeIs(30));
    EXPECT_GT(*ids.begin(), 0);
}

TEST_P(StoreConformance, KnowsWhetherItKnewAnything) {
    EXPECT_TRUE(store().was_empty());
    reopen();
    EXPECT_TRUE(store().was_empty());
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));
    EXPECT_TRUE(store().was_empty());

    reopen();

    EXPECT_FALSE(store().was_empty());
}

TEST_P(StoreConformance, AFileRowIsKnowledgeToo) {
    StateChange change;
    change.files = {file_row(8)};
    ASSERT_TRUE(commit(change));

    reopen();

    EXPECT_FALSE(store().was_empty());
}

TEST_P(StoreConformance, AnUnreadableCheckpointIsFatalAndNoFreshStart) {
    ASSERT_TRUE(save(acme, sample_checkpoint(1)));
    ASSERT_TRUE(save(globex, sample_checkpoint(2)));
    home_->spoil(acme);
    reopen();

    const auto loaded = run_on(shard_, store().load(acme));

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind(), ErrorKind::fatal);
    EXPECT_EQ(load(globex), sample_checkpoint(2));
    const auto all = run_on(shard_, store().load_checkpoints());
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().kind(), ErrorKind::fatal);
    EXPECT_THAT(all.error().what(), testing::HasSubstr("acme/archive"));
}

}  // namespace
}  // namespace oktail
