#pragma once

#include "format/lines.hpp"

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
    explicit RedoPlace(const RedoRow& row) : at(row.at), size(row.size), form(row.form) {}

    std::uint64_t at = 0;
    std::uint64_t size = 0;
    RedoForm form = RedoForm::plain;
};

constexpr std::size_t longest_row = 1024 * 1024;
constexpr std::size_t worth_compressing = 64 * 1024;

/// Cuts lines into rows and compresses those that are worth it, which burns CPU. File and offset are still to be given: `at`
/// counts from the first byte.
std::vector<RedoRow> redo_rows(std::string_view lines);
/// The same. A whole page that came as gzip is one row, which holds just that and where its events end: the cheapest there is.
std::vector<RedoRow> redo_rows(const Lines& lines);
/// redo_rows() of these is quick.
bool is_cheap(const Lines& lines);
/// The lines of a row as it was stored. Errors: fatal (the state is damaged).
Result<std::string> redo_lines(const RedoPlace& place, std::string stored);

}  // namespace oktail
