#include <oktail/model/page.hpp>

namespace oktail {

Page::Page(Buffer body, std::vector<EventSlice> events, Cursor next, UtcTime fetched_at, ByteBudget::Reservation memory,
           Buffer packed)
    : body_(std::move(body)), events_(std::move(events)), next_(std::move(next)), fetched_at_(fetched_at),
      memory_(std::move(memory)), packed_(std::move(packed)) {
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const std::size_t end = std::size_t{events_[i].offset} + events_[i].size;  // of the last one perhaps in the padding
        if (i + 1 == events_.size() || end < events_[i + 1].offset) body_.data()[end] = '\n';
    }
}

void Page::end_behind(std::size_t events, Cursor next) {
    if (events < events_.size()) {
        events_.resize(events);
        packed_ = Buffer();  // holds more than that
    }
    next_ = std::move(next);
}

}  // namespace oktail
