#pragma once

#include <oktail/model/event.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace oktail {

/// A set of event ids, made anew for each page: one flat table, so that 1,000 look-ups cost some microseconds and no allocation
/// each.
class KnownEvents {
public:
    /// Room for `most` ids.
    explicit KnownEvents(std::size_t most);

    /// False if it is there already.
    bool add(const Uuid& id);
    bool contains(const Uuid& id) const;
    void add_all(std::span<const Uuid> ids) {
        for (const Uuid& id : ids) add(id);
    }

private:
    std::vector<Uuid> slots_;
    std::vector<bool> taken_;
    std::size_t mask_;
};

}  // namespace oktail
