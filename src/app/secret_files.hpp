#pragma once

#include "core/file_watch.hpp"
#include "core/worker_pool.hpp"

namespace oktail {

/// What tenants share to read the files that hold their secrets, to hear when they change, and to sign with what is in them.
class SecretFiles {
public:
    SecretFiles(asio::any_io_executor main, Clock& clock) : watch(std::move(main), clock) {}

    FileWatch watch;
    WorkerPool readers{"secret-reader", 4};  // several, for one may lie on a mount that hangs
    WorkerPool signers{"signer", 1};         // a millisecond for each assertion by RSA
};

}  // namespace oktail
