#pragma once

#include <oktail/state/state_store.hpp>

#include <cstdint>
#include <string>

namespace oktail {

// How checkpoints look to people and to scripts. Pure.

/// Whether the token in a cursor may be read. It is of no use without the tenant's credentials, but what people paste into
/// tickets need not say where in whose log they stand.
enum class CursorText : std::uint8_t { hidden, clear };

/// A line for each, under a heading.
std::string checkpoint_table(const Checkpoints& all);
/// A line for each field.
std::string checkpoint_details(const RouteId& route, const Checkpoint& at, CursorText cursor);

// JSON; a time that is none yet is null.

/// What the table shows, as an array.
std::string checkpoint_list_json(const Checkpoints& all);
/// Every field.
std::string checkpoint_json(const RouteId& route, const Checkpoint& at, CursorText cursor);
/// All of all, cursors in clear: a faithful copy.
std::string checkpoint_export_json(const Checkpoints& all);

}  // namespace oktail
