#include "auth/secret_reader.hpp"

namespace oktail {

asio::awaitable<Result<std::vector<Secret>>> SecretReader::read(std::stop_token stop) {
    const Error hangs(ErrorKind::transient, "the secret cannot be read in time: does the file system hang where it lies?");
    // One at a time: a thread is enough to wait for a file system that hangs.
    constexpr std::chrono::milliseconds look{20};
    for (auto waited = look; reading_->load() && waited < patience && !stop.stop_requested(); waited += look)
        co_await clock_.sleep_for(look, stop);
    if (reading_->exchange(true)) co_return hangs;
    auto job = [read = read_, reading = reading_] {
        auto secrets = read();
        reading->store(false);
        return secrets;
    };
    auto secrets = co_await readers_.run_until(clock_.now() + patience, clock_, std::move(job), stop);
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while reading the secret");
    if (!secrets) co_return hangs;
    co_return std::move(*secrets);
}

}  // namespace oktail
