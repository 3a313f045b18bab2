#pragma once

#include "core/log.hpp"

#include <tuple>

namespace oktail {

/// Orders routes by tenant and sink.
struct ByName {
    bool operator()(const log::Scope& a, const log::Scope& b) const noexcept {
        return std::tie(a.tenant, a.sink) < std::tie(b.tenant, b.sink);
    }
};

}  // namespace oktail
