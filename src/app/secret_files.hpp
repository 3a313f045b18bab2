#pragma once

#include "core/file_watch.hpp"
#include "core/worker_pool.hpp"

namespace oktail {

/// What tenants share to read the files that hold their secrets, and to hear when they change.
class SecretFiles {
public:
    SecretFiles(asio::any_io_executor main, Clock& clock) : watch(std::move(main), clock) {}

    FileWatch watch;
    WorkerPool readers{"secret-reader", 4};  // several, for one may lie on a mount that hangs
};

}  // namespace oktail
