#include "unit/sink/file/file_sink_life.hpp"

#include "compression/packer.hpp"
#include "sink/file/file_work.hpp"
#include "sink/file/recovery.hpp"
#include "support/batch_of.hpp"
#include "support/no_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace oktail {
namespace {

std::shared_ptr<const FileOptions> options_of(const FileSinkWorld& world) {
    auto options = std::make_shared<FileOptions>();
    options->path = world.path;
    options->delivery = world.delivery;
    options->fsync = world.fsync;
    options->rotate = world.rotate;
    return options;
}

/// Its own name, if it is what a file was packed into.
std::string name_before_packing(const std::string& path) {
    for (const std::string_view suffix : packed_suffixes)
        if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
    return path;
}

std::string unpacked(const std::string& packed, PackFormat format) {
    const auto unpacker = make_unpacker(format);
    std::string out;
    const auto done = unpacker->unpack(packed, out);
    return done && unpacker->is_whole() ? out : "(damaged)";
}

/// 2026-01-01.ndjson before 2026-01-01.1.ndjson before 2026-01-02.ndjson.
bool in_name_order(const std::string& a, const std::string& b) {
    const auto key = [](const std::string& path) {
        const auto name = path.substr(path.rfind('/') + 1);
        const auto dot = name.find('.');
        const auto next = name.find('.', dot + 1);
        return std::pair(name.substr(0, dot), next == std::string::npos ? 0 : std::stoi(name.substr(dot + 1)));
    };
    return key(a) < key(b);
}

}  // namespace

std::string FileSinkWorld::event(const std::string& tenant, std::size_t n) {
    return R"({"t":")" + tenant + R"(","n":)" + std::to_string(n) + R"(,"x":")" + std::string(n % 5 * 7, 'x') + R"("})";
}

std::string FileSinkWorld::content(const std::string& path) const {
    const auto paths = disk.paths();
    const auto is_there = [&paths](const std::string& name) { return std::ranges::find(paths, name) != paths.end(); };
    if (is_there(path)) return disk.content(path);
    if (is_there(path + ".zst")) return unpacked(disk.content(path + ".zst"), PackFormat::zstd);
    if (is_there(path + ".gz")) return unpacked(disk.content(path + ".gz"), PackFormat::gzip);
    return "(no such file)";
}

std::vector<std::string> FileSinkWorld::lines() const {
    std::vector<std::string> paths;
    for (const std::string& path : disk.paths())
        if (path.find("/.") == std::string::npos) paths.push_back(name_before_packing(path));
    std::sort(paths.begin(), paths.end(), in_name_order);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    std::vector<std::string> out;
    for (const std::string& path : paths) {
        const std::string text = content(path);
        std::size_t begin = 0;
        while (begin < text.size()) {
            const auto end = std::min(text.find('\n', begin), text.size());
            out.push_back(text.substr(begin, end - begin) + (end == text.size() ? "(torn)" : ""));
            begin = end + 1;
        }
    }
    return out;
}

FileSinkLife::FileSinkLife(FileSinkWorld& world, Fuse& fuse, Loss loss)
    : clock(world.utc), store(world.state, fuse), world_(world), fuse_(fuse) {
    world_.disk.boot(fuse, loss);
    world_.disk.set_time(world.utc);
    SinkDeps deps(clock, store, no_names(), {io_.get_executor()}, false);
    sink_ = std::make_unique<FileSink>("archive", options_of(world), std::move(deps), world_.disk);
}

FileSinkLife::~FileSinkLife() { close(); }

void FileSinkLife::recover() {
    bool done = false;
    tasks_.spawn(recover_all(done));
    run_until([&done] { return done; });
}

void FileSinkLife::recover_through_time() {
    bool done = false;
    tasks_.spawn(recover_all(done));
    pass_time_until([&done] { return done; });
}

asio::awaitable<void> FileSinkLife::recover_all(bool& done) {
    SinkDeps deps(clock, store, no_names(), {io_.get_executor()}, false);
    const auto recovered = co_await recover_files(std::move(deps), world_.disk);
    if (!recovered) errors_.push_back(recovered.error());
    done = true;
}

void FileSinkLife::deliver(const std::string& tenant, std::size_t last, std::size_t page, AfterPage after_page) {
    tasks_.spawn(route(tenant, last, page, std::move(after_page)));
}

asio::awaitable<void> FileSinkLife::route(std::string tenant, std::size_t last, std::size_t page, AfterPage after_page) {
    const RouteId id(tenant, "archive");
    if (!writers_.contains(tenant)) {
        auto opened = co_await sink_->open(id, TenantProfile());
        if (!opened) {
            errors_.push_back(opened.error());
            co_return;
        }
        writers_[tenant] = std::move(*opened);
    }
    SinkWriter& writer = *writers_.at(tenant);
    auto loaded = co_await store.load(id);
    Checkpoint at = loaded->value_or(Checkpoint());
    while (at.seq < last && !fuse_.is_dead()) {
        std::vector<std::string> events;
        for (std::size_t n = at.seq; n < std::min<std::size_t>(last, at.seq + page); ++n)
            events.push_back(FileSinkWorld::event(tenant, n));
        Checkpoint after = at;
        after.seq += events.size();
        const Batch batch = batch_of(events);
        const WriteOutcome outcome = co_await writer.write(batch, 0, after);
        if (outcome.error) errors_.push_back(*outcome.error);
        if (outcome.error) co_return;
        at = after;
        if (!outcome.checkpointed) {
            const auto saved = co_await store.save(id, after);
            if (!saved) co_return;
        }
        if (after_page) after_page(*this);
    }
}

void FileSinkLife::run_for_a_moment(std::chrono::milliseconds until_idle) {
    io_.restart();
    while (io_.run_one_for(until_idle) != 0) continue;
}

void FileSinkLife::look_again() {
    bool done = false;
    tasks_.spawn(sink_looks_again(done));
    pass_time_until([&done] { return done; });
}

asio::awaitable<void> FileSinkLife::sink_looks_again(bool& done) {
    co_await sink_->look_again();
    done = true;
}

void FileSinkLife::cancel_routes() {
    bool cancelled = false;
    asio::post(io_, [this, &cancelled] {  // on the executor itself, as in the daemon
        tasks_.cancel();
        cancelled = true;
    });
    run_until([this, &cancelled] { return cancelled && tasks_.empty(); });
    writers_.clear();
}

bool FileSinkLife::run() {
    run_until([this] { return tasks_.empty() || fuse_.is_dead(); });
    return errors_.empty() && !fuse_.is_dead();
}

bool FileSinkLife::run_through_time() {
    pass_time_until([this] { return tasks_.empty(); });
    return errors_.empty();
}

void FileSinkLife::pass(std::chrono::milliseconds time) {
    clock.advance(time);
    world_.disk.set_time(clock.utc_now());
}

void FileSinkLife::pass_time_until(const std::function<bool()>& condition) {
    io_.restart();
    for (int idle = 0; !condition() && idle < 1'000; ++idle)
        if (io_.run_one_for(std::chrono::milliseconds(20)) == 0) pass(std::chrono::milliseconds(1'100));
    ASSERT_TRUE(condition()) << "time does not help";
}

void FileSinkLife::close() {
    if (!sink_) return;
    cancel_routes();
    bool closed = false;
    tasks_.spawn(close_sink(closed));
    run_until([this, &closed] { return closed && tasks_.empty(); });
    sink_.reset();
    world_.utc = clock.utc_now();
}

asio::awaitable<void> FileSinkLife::close_sink(bool& done) {
    co_await sink_->close();
    done = true;
}

void FileSinkLife::run_until(const std::function<bool()>& condition) {
    io_.restart();
    for (int idle = 0; !condition() && idle < 200; ++idle)
        while (!condition() && io_.run_one_for(std::chrono::milliseconds(10)) != 0) idle = 0;
    ASSERT_TRUE(condition()) << "nothing moves any more";
}

}  // namespace oktail
