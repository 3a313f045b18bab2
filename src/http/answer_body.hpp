#pragma once

#include <oktail/core/buffer.hpp>
#include <oktail/core/byte_budget.hpp>
#include <oktail/http/http_client.hpp>

#include "compression/inflate.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oktail {

/// The body of one answer while it comes in: inflated if need be, in one buffer, bounded by the request's maximum and by what
/// the byte budget grants.
class AnswerBody {
public:
    enum class Encoding : std::uint8_t { identity, gzip };

    /// What to reserve before the first byte is read.
    static std::size_t memory_needed(std::optional<std::uint64_t> content_length, std::size_t max);

    /// `memory` is empty where the body does not count against the budget.
    AnswerBody(Encoding encoding, std::optional<std::uint64_t> content_length, std::size_t max, ByteBudget::Reservation memory,
               bool keep_packed = false);

    /// The next piece as it came off the wire. Errors: body_too_large, out_of_memory_budget, and those of the inflater.
    boost::system::error_code append(std::string_view piece);
    /// After the last piece.
    boost::system::error_code finish();

    std::size_t wire_bytes() const noexcept { return wire_bytes_; }
    /// All of it, behind its head; after finish().
    HttpResponse take_answer(ResponseHead head);
    /// Content and reservation, each cut to size, for who wants no packed bytes.
    Buffer take_content();
    ByteBudget::Reservation take_memory() { return std::move(memory_); }

private:
    /// The gzip stream, if it is wanted and what is reserved has room for both. Before take_content(), which cuts that.
    Buffer take_packed();
    boost::system::error_code make_room();
    void keep(std::string_view piece);
    boost::system::error_code copy(std::string_view piece);

    Encoding encoding_;
    std::size_t max_;
    bool keep_packed_;
    Buffer content_;
    Buffer packed_;
    ByteBudget::Reservation memory_;
    Inflater inflater_;
    std::size_t wire_bytes_ = 0;
    std::size_t taken_ = 0;  ///< by the packed bytes
};

}  // namespace oktail
