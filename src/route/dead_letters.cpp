#include "route/dead_letters.hpp"

#include "route/dead_letter.hpp"

namespace oktail {

DeadLetters::DeadLetters(std::filesystem::path directory, const Clock& clock, unsigned threads)
    : directory_(std::move(directory)), clock_(clock), pool_("dead-letters", threads) {}

asio::awaitable<Result<void>> DeadLetters::add(RouteId route, std::string reason, std::string event) {
    const DeadLetter letter(clock_.utc_now(), std::move(reason), std::move(event));
    auto job = [file = dead_letter_file(directory_, route), line = dead_letter_line(letter)] { return file.append(line); };
    co_return co_await pool_.run(std::move(job));
}

asio::awaitable<Result<std::string>> DeadLetters::read(RouteId route, std::uint64_t from) {
    auto job = [file = dead_letter_file(directory_, route), from] { return file.read(from); };
    co_return co_await pool_.run(std::move(job));
}

asio::awaitable<Result<void>> DeadLetters::keep(RouteId route, std::vector<DeadLetterFile::Part> parts) {
    auto job = [file = dead_letter_file(directory_, route), parts = std::move(parts)] { return file.keep(parts); };
    co_return co_await pool_.run(std::move(job));
}

std::filesystem::path dead_letters_directory(const std::filesystem::path& state_dir) { return state_dir / "dead-letters"; }

DeadLetterFile dead_letter_file(const std::filesystem::path& directory, const RouteId& route) {
    return DeadLetterFile(directory / route.tenant() / (route.sink() + ".ndjson"));
}

}  // namespace oktail
