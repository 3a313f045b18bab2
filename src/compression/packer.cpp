#include "compression/packer.hpp"

#include "compression/inflate.hpp"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <vector>

namespace oktail {
namespace {

constexpr std::size_t piece = 128 * 1024;

Error damaged(const std::string& why) { return Error(ErrorKind::rejected, "the packed file is damaged: " + why); }

/// Grows `out` by a piece, of which `make` says how much it has filled.
template <class Make>
std::size_t append(std::string& out, Make make) {
    const std::size_t before = out.size();
    out.resize(before + piece);
    const std::size_t made = make(out.data() + before, piece);
    out.resize(before + made);
    return made;
}

class ZstdPacker : public Packer {
public:
    ZstdPacker() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 3);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }

    Result<void> pack(std::string_view bytes, bool last, std::string& out) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        std::size_t left = 0;
        do {
            append(out, [&](char* at, std::size_t room) {
                ZSTD_outBuffer to{at, room, 0};
                left = ZSTD_compressStream2(context_.get(), &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
                return to.pos;
            });
            if (ZSTD_isError(left) != 0) return Error(ErrorKind::fatal, std::string("zstd: ") + ZSTD_getErrorName(left));
        } while (last ? left != 0 : in.pos < in.size);
        return {};
    }

private:
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
};

class ZstdUnpacker : public Unpacker {
public:
    ZstdUnpacker() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {}

    Result<void> unpack(std::string_view bytes, std::string& out) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        std::size_t made = piece;
        while (in.pos < in.size || made == piece) {
            std::size_t left = 0;
            made = append(out, [&](char* at, std::size_t room) {
                ZSTD_outBuffer to{at, room, 0};
                left = ZSTD_decompressStream(context_.get(), &to, &in);
                return to.pos;
            });
            if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
            whole_ = left == 0;
            if (whole_ && in.pos == in.size) break;
        }
        return {};
    }
    bool is_whole() const override { return whole_; }

private:
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
    bool whole_ = false;
};

class GzipPacker : public Packer {
public:
    GzipPacker() : levels_(ISAL_DEF_LVL3_DEFAULT) {
        isal_deflate_init(&stream_);
        stream_.gzip_flag = IGZIP_GZIP;
        stream_.level = 3;
        stream_.level_buf = levels_.data();
        stream_.level_buf_size = static_cast<std::uint32_t>(levels_.size());
    }

    Result<void> pack(std::string_view bytes, bool last, std::string& out) override {
        // isa-l only reads its input, though the pointer is not const.
        stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<std::uint32_t>(bytes.size());
        stream_.end_of_stream = last ? 1 : 0;
        do {
            int failed = COMP_OK;
            append(out, [&](char* at, std::size_t room) {
                stream_.next_out = reinterpret_cast<std::uint8_t*>(at);
                stream_.avail_out = static_cast<std::uint32_t>(room);
                failed = isal_deflate(&stream_);
                return room - stream_.avail_out;
            });
            if (failed != COMP_OK) return Error(ErrorKind::fatal, "gzip: error " + std::to_string(failed));
        } while (stream_.avail_out == 0);
        return {};
    }

private:
    isal_zstream stream_{};
    std::vector<std::uint8_t> levels_;
};

class GzipUnpacker : public Unpacker {
public:
    Result<void> unpack(std::string_view bytes, std::string& out) override {
        Buffer inflated(piece);
        do {
            inflated.resize(0);
            if (const auto failed = inflater_.inflate(bytes, inflated)) return damaged(failed.message());
            out.append(inflated.view());
        } while (!bytes.empty() || inflated.size() == inflated.capacity());
        return {};
    }
    bool is_whole() const override { return inflater_.at_end(); }

private:
    Inflater inflater_;
};

}  // namespace

std::unique_ptr<Packer> make_packer(PackFormat format) {
    if (format == PackFormat::zstd) return std::make_unique<ZstdPacker>();
    return std::make_unique<GzipPacker>();
}

std::unique_ptr<Unpacker> make_unpacker(PackFormat format) {
    if (format == PackFormat::zstd) return std::make_unique<ZstdUnpacker>();
    return std::make_unique<GzipUnpacker>();
}

}  // namespace oktail
