#include "core/shard.hpp"

#include <pthread.h>

namespace oktail {

Shard::Shard(const std::string& name)
    : work_(context_.get_executor()), thread_([this, name] {
          pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
          context_.run();
      }) {}

Shard::~Shard() {
    context_.stop();
    join();
}

void Shard::join() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
}

}  // namespace oktail
