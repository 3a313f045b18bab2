#include "state/checkpoint_moves.hpp"

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

bool is_any_of(const Checkpoints& all, const RouteName& name) {
    return std::any_of(all.begin(), all.end(), [&](const auto& saved) { return name.covers(saved.first); });
}

/// The streams of sink `from` as sink `to`'s. One that `to` has already is its own, and the old one stays: nobody's, and
/// harmless.
std::vector<StreamRow> moved(const std::vector<StreamRow>& streams, const std::string& from, const std::string& to) {
    std::vector<StreamRow> rows;
    for (StreamRow row : streams) {
        if (!row.key.starts_with(from + '\n')) continue;
        row.key.replace(0, from.size(), to);
        const auto is_there = [&row](const StreamRow& other) { return other.key == row.key; };
        if (std::none_of(streams.begin(), streams.end(), is_there)) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

UtcTime reached(const Checkpoint& at) { return std::max(at.newest_published, at.caught_up_at); }

Checkpoint rewound(const Checkpoint& at, UtcTime since, Cursor beginning) {
    Checkpoint again;
    again.seq = at.seq + 1;
    again.query = at.query;
    again.next = std::move(beginning);
    again.newest_published = since;
    return again;
}

Result<StateChange> renamed(const Checkpoints& all, const std::vector<StreamRow>& streams, const RouteName& from,
                            const RouteName& to) {
    if (from.is_tenant() != to.is_tenant()) return Error(ErrorKind::rejected, "name both as TENANT, or both as TENANT/SINK");
    if (!is_any_of(all, from)) return Error(ErrorKind::rejected, from.text() + " has no checkpoint");
    if (is_any_of(all, to)) return Error(ErrorKind::rejected, to.text() + " has a checkpoint already");

    StateChange change;
    bool sink_stays = false;
    for (const auto& [route, checkpoint] : all) {
        if (from.covers(route)) {
            change.dropped_checkpoints.push_back(route);
            change.checkpoints.emplace_back(RouteId(to.tenant(), to.is_tenant() ? route.sink() : to.sink()), checkpoint);
        } else if (route.sink() == from.sink()) {
            sink_stays = true;
        }
    }
    if (from.sink() != to.sink() && !sink_stays) change.streams = moved(streams, from.sink(), to.sink());
    return change;
}

}  // namespace oktail
