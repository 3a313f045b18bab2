#pragma once

#include "core/task_group.hpp"
#include "sink/file/file_sink.hpp"
#include "support/manual_clock.hpp"
#include "unit/sink/file/fake_disk.hpp"
#include "unit/sink/file/killable_store.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// What outlives a process: the disk, the state, the clock on the wall, and the log that each tenant's org keeps.
class FileSinkWorld {
public:
    FakeDisk disk;
    std::shared_ptr<FakeStateDisk> state = std::make_shared<FakeStateDisk>();
    UtcTime utc{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

    Delivery delivery = Delivery::exactly_once;
    Fsync fsync = Fsync::every_second;
    Rotation rotate;
    std::string path = "/log/%Y/%m-%d.ndjson";

    /// {"t":"acme","n":17,...}: an event that can be told from all others.
    static std::string event(const std::string& tenant, std::size_t n);
    /// What a reader has under this name: unpacked, if the file is packed by now.
    std::string content(const std::string& path) const;
    /// What is in the files, in the order of their names: a line each.
    std::vector<std::string> lines() const;
};

/// One run of the process: recovery, then routes that deliver, until they are done or it dies.
class FileSinkLife {
public:
    /// What a route does after each page.
    using AfterPage = std::function<void(FileSinkLife&)>;

    FileSinkLife(FileSinkWorld& world, Fuse& fuse, Loss loss = Loss::nothing);
    ~FileSinkLife();

    /// Mends what an earlier life left.
    void recover();
    /// The same, and time flies while nothing moves.
    void recover_through_time();
    /// The first time a tenant's route also opens it. Delivers the events of `tenant` up to number `last`, in pages of so many.
    void deliver(const std::string& tenant, std::size_t last, std::size_t page, AfterPage after_page = {});
    /// Everything that can move without help moves.
    void run_for_a_moment(std::chrono::milliseconds until_idle = std::chrono::milliseconds(20));
    /// What a reload makes it do.
    void look_again();
    /// A hard stop of the routes, in mid-write. Started again, they open again.
    void cancel_routes();
    /// Until every route is done, or has failed, or the process is dead. False if a route failed.
    bool run();
    /// The same, and time flies while nothing else moves.
    bool run_through_time();
    void pass(std::chrono::milliseconds time);
    /// Time flies until `condition` holds.
    void pass_time_until(const std::function<bool()>& condition);
    /// A clean end, as far as a dead process can have one.
    void close();
    /// Until `condition` holds.
    void run_until(const std::function<bool()>& condition);

    ManualClock clock;
    KillableStore store;
    FileSink& sink() { return *sink_; }
    const std::vector<Error>& errors() const { return errors_; }

private:
    asio::awaitable<void> recover_all(bool& done);
    asio::awaitable<void> route(std::string tenant, std::size_t last, std::size_t page, AfterPage after_page);
    asio::awaitable<void> sink_looks_again(bool& done);
    asio::awaitable<void> close_sink(bool& done);

    FileSinkWorld& world_;
    Fuse& fuse_;
    asio::io_context io_{1};
    std::unique_ptr<FileSink> sink_;
    std::map<std::string, std::unique_ptr<SinkWriter>> writers_;
    std::vector<Error> errors_;
    TaskGroup tasks_{io_.get_executor()};
};

}  // namespace oktail
