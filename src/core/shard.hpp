#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <thread>

namespace oktail {

/// One thread with its own io_context. A tenant lives on one shard, so its source, routes and token need no lock.
class Shard {
public:
    /// `name` is the thread's, at most 15 characters.
    explicit Shard(const std::string& name);
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard();

    boost::asio::io_context::executor_type executor() { return context_.get_executor(); }
    /// Lets the thread end when nothing is left to do, and waits for it.
    void join();

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace oktail
