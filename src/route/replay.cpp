#include "route/replay.hpp"

#include "route/dead_letter.hpp"

#include <algorithm>
#include <limits>

namespace oktail {
namespace {

using Part = DeadLetterFile::Part;

bool is_fit(const std::string& event, std::size_t max_event, PageSlicer& page_slicer) {
    if (event.size() > max_event) return false;
    Buffer alone = Buffer::copy_of('[' + event + ']');
    const auto slices = page_slicer.slice(alone);
    return slices && slices->size() == 1 && slices->front().well_formed;
}

/// In the order of the file, and neighbours as one.
std::vector<Part> in_order(std::vector<Part> parts) {
    std::ranges::sort(parts, {}, &Part::begin);
    std::vector<Part> merged;
    for (const Part& part : parts) {
        if (!merged.empty() && merged.back().end == part.begin) merged.back().end = part.end;
        else merged.push_back(part);
    }
    return merged;
}

}  // namespace

LettersPage letters_page(std::string_view text, std::uint64_t offset, std::size_t max_event, PageSlicer& page_slicer) {
    LettersPage page;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const std::size_t size = std::min(line.size() + 1, text.size());
        const Part place(offset, offset + size);
        const auto letter = parse_dead_letter(line);
        if (letter && is_fit(letter->event, max_event, page_slicer)) {
            page.body += (page.body.empty() ? '[' : ',') + letter->event;
            page.lines.push_back(place);
        } else {
            page.unfit.push_back(place);
        }
        text.remove_prefix(size);
        offset += size;
    }
    if (!page.body.empty()) page.body += ']';
    return page;
}

Replay::Replay(RouteId route, std::size_t max_event, DeadLetters& letters, PageSlicer& page_slicer, SinkWriter& writer,
               const Clock& clock)
    : route_(std::move(route)), max_event_(max_event), letters_(letters), page_slicer_(page_slicer), writer_(writer),
      clock_(clock) {}

asio::awaitable<Replayed> Replay::run(Checkpoint at, std::stop_token stop) {
    at_ = std::move(at);
    std::uint64_t offset = 0;
    while (!done_.ended) {
        const auto text = co_await letters_.read(route_, offset);
        if (!text) done_.ended = text.error();
        if (!text || text->empty()) break;
        if (stop.stop_requested()) {
            done_.ended = Error(ErrorKind::stopped, "the route was stopped");
            break;
        }
        LettersPage page = letters_page(*text, offset, max_event_, page_slicer_);
        offset += text->size();
        done_.refused += page.unfit.size();
        kept_.insert(kept_.end(), page.unfit.begin(), page.unfit.end());
        if (!page.lines.empty()) co_await offer(std::move(page));
    }
    if (done_.delivered == 0) co_return done_;

    // What is behind `offset` was not looked at; a part reaches to the end of the file at most.
    if (done_.ended) kept_.emplace_back(offset, std::numeric_limits<std::uint64_t>::max());
    const auto kept = co_await letters_.keep(route_, in_order(std::move(kept_)));
    if (!kept) done_.ended = kept.error().in("the letters were delivered, but stay in their file");
    co_return done_;
}

asio::awaitable<void> Replay::offer(LettersPage letters) {
    Buffer body = Buffer::copy_of(letters.body);
    auto slices = page_slicer_.slice(body);
    if (!slices || slices->size() != letters.lines.size()) {
        done_.ended = Error(ErrorKind::rejected, "dead letters that are events each make no page together");
        kept_.insert(kept_.end(), letters.lines.begin(), letters.lines.end());
        co_return;
    }
    const Batch batch(std::make_shared<const Page>(std::move(body), std::move(*slices), at_.next, clock_.utc_now()));
    Checkpoint after = at_;
    ++after.seq;
    for (std::size_t done = 0; done < batch.size();) {
        const WriteOutcome outcome = co_await writer_.write(batch, done, after);
        for (std::size_t i = done; i < done + outcome.durable; ++i) done_.bytes += batch.slice(i).size;
        done_.delivered += outcome.durable;
        done += outcome.durable;
        if (outcome.checkpointed) at_ = after;
        if (!outcome.error) continue;
        if (outcome.error->kind() == ErrorKind::rejected) {
            kept_.push_back(letters.lines[done++]);
            ++done_.refused;
            continue;
        }
        done_.ended = *outcome.error;
        kept_.insert(kept_.end(), letters.lines.begin() + static_cast<std::ptrdiff_t>(done), letters.lines.end());
        co_return;
    }
}

}  // namespace oktail
