#include "sink/file/redo_rows.hpp"

#include "compression/crc32c.hpp"
#include "compression/inflate.hpp"

#include <oktail/core/buffer.hpp>

#include <zstd.h>

#include <algorithm>
#include <cstring>
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

/// In front of the gzip stream, in the byte order of the machine, which keeps its state.
struct PageHead {
    std::uint32_t events = 0;
    std::uint32_t first = 0;  ///< where the first one begins in the answer
    std::uint32_t crc = 0;    ///< CRC32C of the lines
};

bool is_packed_page(const Lines& lines) {
    return lines.whole_page() && !lines.whole_page()->packed().empty() && lines.size() > worth_compressing;
}

std::string packed_page(const Lines& lines) {
    const Page& page = *lines.whole_page();
    PageHead head;
    head.events = static_cast<std::uint32_t>(page.size());
    head.first = static_cast<std::uint32_t>(page.first_offset());
    head.crc = crc32c(lines.view());
    std::string bytes;
    bytes.reserve(sizeof head + page.size() * sizeof(std::uint32_t) + page.packed().size());
    bytes.append(reinterpret_cast<const char*>(&head), sizeof head);
    for (std::size_t i = 0; i < page.size(); ++i) {
        const std::uint32_t size = page.slice(i).size;
        bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    }
    bytes.append(page.packed());
    return bytes;
}

Buffer inflated(std::string_view packed, std::size_t size) {
    Buffer body(size);
    Inflater inflater;
    while (!packed.empty() || body.size() == body.capacity()) {
        const std::size_t left = packed.size();
        const std::size_t before = body.size();
        if (inflater.inflate(packed, body)) return {};
        if (packed.size() == left && body.size() == before) break;
        if (body.size() == body.capacity()) body.reserve(body.capacity() * 2);
    }
    return inflater.at_end() ? std::move(body) : Buffer();
}

bool is_line_break(char c) { return c == '\n' || c == '\r'; }

/// What PageSlicer, Page and LineFormat make of an answer. Empty if it is damaged.
std::string lines_of_page(std::string_view stored, std::size_t size) {
    PageHead head;
    if (stored.size() < sizeof head) return {};
    std::memcpy(&head, stored.data(), sizeof head);
    stored.remove_prefix(sizeof head);
    if (stored.size() / sizeof(std::uint32_t) < head.events) return {};
    const std::string_view sizes = stored.substr(0, head.events * sizeof(std::uint32_t));
    const Buffer body = inflated(stored.substr(sizes.size()), size + 64);
    std::string lines;
    lines.reserve(size);
    std::size_t at = head.first;
    for (std::size_t i = 0; i < head.events; ++i) {
        std::uint32_t event = 0;
        std::memcpy(&event, sizes.data() + i * sizeof event, sizeof event);
        if (at > body.size() || event > body.size() - at) return {};
        lines.append(body.view().substr(at, event));
        // Between tokens they became spaces; inside a string there are none.
        std::replace_if(lines.end() - static_cast<std::ptrdiff_t>(event), lines.end(), is_line_break, ' ');
        lines.push_back('\n');
        at += event + 1;
    }
    return crc32c(lines) == head.crc ? lines : std::string();
}

}  // namespace

bool is_cheap(const Lines& lines) { return lines.size() <= worth_compressing || is_packed_page(lines); }

std::vector<RedoRow> redo_rows(const Lines& lines) {
    if (!is_packed_page(lines)) return redo_rows(lines.view());
    RedoRow row;
    row.size = lines.size();
    row.form = RedoForm::page;
    row.bytes = packed_page(lines);
    std::vector<RedoRow> rows;
    rows.push_back(std::move(row));
    return rows;
}

std::vector<RedoRow> redo_rows(std::string_view lines) {
    std::vector<RedoRow> rows;
    Compressor compressor;
    for (std::size_t at = 0; at < lines.size(); at += longest_row) {
        const std::string_view bytes = lines.substr(at, longest_row);
        const std::string_view kept = bytes.size() > worth_compressing ? compressor.compress(bytes) : bytes;
        RedoRow row;
        row.at = at;
        row.size = bytes.size();
        row.form = kept.size() < bytes.size() ? RedoForm::zstd : RedoForm::plain;
        row.bytes = kept.size() < bytes.size() ? kept : bytes;
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::string> redo_lines(const RedoPlace& place, std::string stored) {
    std::string lines;
    switch (place.form) {
        case RedoForm::plain: lines = std::move(stored); break;
        case RedoForm::zstd: lines = decompressed(stored, place.size); break;
        case RedoForm::page: lines = lines_of_page(stored, place.size); break;
    }
    if (lines.size() != place.size) return Error(ErrorKind::fatal, "the state is damaged: a redo row does not hold its lines");
    return lines;
}

}  // namespace oktail
