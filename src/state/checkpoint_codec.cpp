#include "state/checkpoint_codec.hpp"

#include "compression/crc32c.hpp"

#include <climits>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace oktail {
namespace {

constexpr std::uint8_t codec_version = 1;

static_assert(sizeof(Uuid) == 16 && std::is_trivially_copyable_v<Uuid>);

class Writer {
public:
    explicit Writer(std::size_t size) { bytes_.reserve(size); }

    template <std::unsigned_integral Number>
    void number(Number value) {
        for (std::size_t i = 0; i < sizeof(Number); ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
    }
    void time(UtcTime value) { number(static_cast<std::uint64_t>(value.time_since_epoch().count())); }
    void text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        bytes_.append(value);
    }
    void uuids(const std::vector<Uuid>& values) {
        number(static_cast<std::uint32_t>(values.size()));
        bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Uuid));
    }
    std::string seal() {
        number(crc32c(bytes_));
        return std::move(bytes_);
    }

private:
    std::string bytes_;
};

/// Every read says whether the bytes were there; lengths are compared with what is left before anything is allocated.
class Reader {
public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    template <std::unsigned_integral Number>
    bool number(Number& value) {
        if (left_.size() < sizeof(Number)) return false;
        value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            value = static_cast<Number>(
                value | static_cast<Number>(static_cast<Number>(static_cast<std::uint8_t>(left_[i])) << (8 * i)));
        left_.remove_prefix(sizeof(Number));
        return true;
    }
    bool time(UtcTime& value) {
        std::uint64_t count = 0;
        if (!number(count)) return false;
        value = UtcTime(UtcTime::duration(static_cast<std::int64_t>(count)));
        return true;
    }
    bool text(std::string& value) {
        std::uint32_t size = 0;
        if (!number(size) || size > left_.size()) return false;
        value = left_.substr(0, size);
        left_.remove_prefix(size);
        return true;
    }
    bool uuids(std::vector<Uuid>& values) {
        std::uint32_t count = 0;
        if (!number(count) || count > left_.size() / sizeof(Uuid)) return false;
        values.resize(count);
        if (count > 0) std::memcpy(values.data(), left_.data(), count * sizeof(Uuid));
        left_.remove_prefix(count * sizeof(Uuid));
        return true;
    }
    bool at_end() const { return left_.empty(); }

private:
    std::string_view left_;
};

Error unreadable(std::string_view why) { return Error(ErrorKind::fatal, "checkpoint is unreadable: " + std::string(why)); }

}  // namespace

std::string encode_checkpoint(const Checkpoint& checkpoint) {
    constexpr std::size_t fixed = 64;
    Writer out(fixed + checkpoint.query.origin().size() + checkpoint.query.filter().size() + checkpoint.next.target().size() +
               (checkpoint.partial.size() + checkpoint.tail.size()) * sizeof(Uuid));
    out.number(codec_version);
    out.number(checkpoint.seq);
    out.time(checkpoint.newest_published);
    out.time(checkpoint.caught_up_at);
    out.text(checkpoint.query.origin());
    out.text(checkpoint.query.filter());
    out.text(checkpoint.next.target());
    out.uuids(checkpoint.partial);
    out.uuids(checkpoint.tail);
    return out.seal();
}

Result<Checkpoint> decode_checkpoint(std::string_view bytes) {
    // Every version ends with the checksum: a flipped bit in the version byte is damage, not a newer version.
    std::uint32_t checksum = 0;
    if (bytes.size() <= sizeof(checksum) || bytes.size() > INT_MAX)
        return unreadable("it has " + std::to_string(bytes.size()) + " bytes; restore the state directory from a backup");
    const auto body = bytes.substr(0, bytes.size() - sizeof(checksum));
    Reader(bytes.substr(body.size())).number(checksum);
    if (crc32c(body) != checksum) return unreadable("its checksum is wrong; restore the state directory from a backup");

    Reader in(body);
    std::uint8_t version = 0;
    in.number(version);
    if (version != codec_version)
        return unreadable("its version is " + std::to_string(version) +
                          "; run the version of oktail that wrote it, or a newer one");

    Checkpoint checkpoint;
    std::string origin;
    std::string filter;
    std::string next;
    const bool whole = in.number(checkpoint.seq) && in.time(checkpoint.newest_published) && in.time(checkpoint.caught_up_at) &&
                       in.text(origin) && in.text(filter) && in.text(next) && in.uuids(checkpoint.partial) &&
                       in.uuids(checkpoint.tail) && in.at_end();
    if (!whole) return unreadable("its fields do not fit its size; restore the state directory from a backup");
    checkpoint.query = Query(std::move(origin), std::move(filter));
    checkpoint.next = Cursor(std::move(next));
    return checkpoint;
}

}  // namespace oktail
