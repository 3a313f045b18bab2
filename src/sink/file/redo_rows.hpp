#pragma once

#include <oktail/core/error.hpp>
#include <oktail/state/state_store.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// A redo row without its bytes.
class RedoPlace {
public:
    RedoPlace() = default;
    explicit RedoPlace(const RedoRow& row) : at(row.at), size(row.size), compressed(row.compressed) {}

    std::uint64_t at = 0;
    std::uint64_t size = 0;
    bool compressed = false;
};

constexpr std::size_t longest_row = 1024 * 1024;
constexpr std::size_t worth_compressing = 64 * 1024;

/// Cuts lines into rows and compresses those that are worth it, which burns CPU. File and offset are still to be given: `at`
/// counts from the first byte.
std::vector<RedoRow> redo_rows(std::string_view lines);
/// The lines of a row as it was stored. Errors: fatal (the state is damaged).
Result<std::string> redo_lines(const RedoPlace& place, std::string stored);

}  // namespace oktail
