#include "sink/file/redo_rows.hpp"

#include <oktail/core/buffer.hpp>

#include <zstd.h>

#include <memory>

namespace oktail {
namespace {

constexpr int fastest = 1;

/// One context and one scratch buffer for all rows of a page.
class Compressor {
public:
    std::string_view compress(std::string_view bytes) {
        if (!context_) context_.reset(ZSTD_createCCtx());
        scratch_.reserve(ZSTD_compressBound(bytes.size()));
        const std::size_t size =
            ZSTD_compressCCtx(context_.get(), scratch_.data(), scratch_.capacity(), bytes.data(), bytes.size(), fastest);
        return ZSTD_isError(size) != 0 ? bytes : std::string_view(scratch_.data(), size);
    }

private:
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_{nullptr, ZSTD_freeCCtx};
    Buffer scratch_;
};

/// Empty if it is damaged.
std::string decompressed(const std::string& packed, std::size_t size) {
    std::string bytes(size, '\0');
    const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
    bytes.resize(ZSTD_isError(got) != 0 ? 0 : got);
    return bytes;
}

}  // namespace

std::vector<RedoRow> redo_rows(std::string_view lines) {
    std::vector<RedoRow> rows;
    Compressor compressor;
    for (std::size_t at = 0; at < lines.size(); at += longest_row) {
        const std::string_view bytes = lines.substr(at, longest_row);
        const std::string_view kept = bytes.size() > worth_compressing ? compressor.compress(bytes) : bytes;
        RedoRow row;
        row.at = at;
        row.size = bytes.size();
        row.compressed = kept.size() < bytes.size();
        row.bytes = row.compressed ? kept : bytes;
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::string> redo_lines(const RedoPlace& place, std::string stored) {
    std::string lines = place.compressed ? decompressed(stored, place.size) : std::move(stored);
    if (lines.size() != place.size) return Error(ErrorKind::fatal, "the state is damaged: a redo row does not hold its lines");
    return lines;
}

}  // namespace oktail
