#include <oktail/model/page.hpp>

namespace oktail {

Page::Page(Buffer body, std::vector<EventSlice> events, Cursor next, UtcTime fetched_at, ByteBudget::Reservation memory)
    : body_(std::move(body)), events_(std::move(events)), next_(std::move(next)), fetched_at_(fetched_at),
      memory_(std::move(memory)) {}

}  // namespace oktail
