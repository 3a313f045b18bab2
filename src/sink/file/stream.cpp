#include "sink/file/stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace oktail {

Lines joined_lines(const StagedPages& pages, std::string_view before) {
    if (pages.size() == 1 && before.empty()) return std::exchange(pages.front()->lines, Lines());
    std::size_t size = before.size();
    for (const auto& page : pages) size += page->lines.size();
    Buffer lines(size);
    char* at = std::copy(before.begin(), before.end(), lines.data());
    for (const auto& page : pages) {
        const std::string_view bytes = page->lines.view();
        at = std::copy(bytes.begin(), bytes.end(), at);
    }
    lines.resize(size);
    return Lines(std::move(lines));
}

void answer_all(const StagedPages& pages, bool checkpointed) {
    for (const auto& page : pages) StagedPage::Answer::give(std::move(page->answer), WriteOutcome(page->events, checkpointed));
}

void refuse_all(const StagedPages& pages, const Error& error) { answer_partly(pages, 0, error); }

void answer_partly(const StagedPages& pages, std::size_t lines, const Error& error) {
    for (const auto& page : pages) {
        const std::size_t safe = std::min(lines, page->events);
        lines -= safe;
        StagedPage::Answer::give(std::move(page->answer),
                                 safe == page->events ? WriteOutcome(safe, false) : WriteOutcome(safe, error));
    }
}

void Stream::stage(std::shared_ptr<StagedPage> page) {
    staged_.push_back(std::move(page));
    wake();
}

void Stream::ask_to_look() {
    asked_to_look_ = true;
    wake();
}

void Stream::wake() {
    if (std::exchange(working_, true)) return;
    tasks_.spawn(work());
}

asio::awaitable<void> Stream::work() {
    while (true) {
        if (has_chores()) {
            co_await do_chores();
            continue;
        }
        if (asked_to_look_) {
            co_await look_again();
            asked_to_look_ = false;
            continue;
        }
        StagedPages pages = collect();
        if (pages.empty()) break;
        co_await round(std::move(pages));
    }
    working_ = false;
}

StagedPages Stream::collect() {
    constexpr std::size_t most = 4 * 1024 * 1024;  // a larger page goes alone
    StagedPages pages;
    std::size_t bytes = 0;
    while (!staged_.empty()) {
        const auto& next = staged_.front();
        bytes += next->lines.size();
        if (!pages.empty() && bytes > most) break;
        if (!next->abandoned) pages.push_back(next);
        staged_.pop_front();
    }
    return pages;
}

}  // namespace oktail
