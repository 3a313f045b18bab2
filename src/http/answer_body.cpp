#include "http/answer_body.hpp"

#include "http/http_error.hpp"

#include <algorithm>
#include <cstring>

namespace oktail {
namespace {

constexpr std::size_t page_memory = 4 * 1024 * 1024;  // a page of 1,000 events is 2.5 MB
constexpr std::size_t head_memory = 256 * 1024;       // what comes at the head of the log is less
constexpr std::size_t least_memory = 16 * 1024;
constexpr std::size_t expected_ratio = 8;      // gzip of System Log pages: about 7 to 1
constexpr std::size_t first_room = 64 * 1024;  // where nobody told the length

/// The size to expect, and one byte more, so that a full buffer means "too large" and not "perhaps".
std::size_t guess(AnswerBody::Encoding encoding, std::optional<std::uint64_t> content_length, std::size_t max) {
    if (!content_length) return std::min(first_room, max + 1);
    const std::size_t ratio = encoding == AnswerBody::Encoding::gzip ? expected_ratio : 1;
    return static_cast<std::size_t>(std::min<std::uint64_t>(*content_length, max / ratio) * ratio) + 1;
}

/// Not more than what is reserved, if it counts at all.
std::size_t first_capacity(std::size_t wanted, std::size_t reserved) {
    return reserved == 0 ? wanted : std::min(wanted, reserved);
}

}  // namespace

std::size_t AnswerBody::memory_needed(std::optional<std::uint64_t> content_length, std::size_t max) {
    // A length is easily announced: more than a page's memory only for bytes that have come. And small answers, those at the
    // head of the log, do not wait for as much as a page.
    if (!content_length) return std::min(head_memory, max + 1);
    const std::size_t expected = guess(Encoding::gzip, content_length, max);
    return std::min(std::clamp(expected, least_memory, page_memory), max + 1);
}

AnswerBody::AnswerBody(Encoding encoding, std::optional<std::uint64_t> content_length, std::size_t max,
                       ByteBudget::Reservation memory, bool keep_packed)
    : encoding_(encoding), max_(max), keep_packed_(keep_packed && encoding == Encoding::gzip),
      content_(first_capacity(guess(encoding, content_length, max), memory.bytes())), memory_(std::move(memory)) {
    if (keep_packed_)
        packed_.reserve(first_capacity(
            static_cast<std::size_t>(std::min<std::uint64_t>(content_length.value_or(first_room), max)), memory_.bytes()));
}

boost::system::error_code AnswerBody::append(std::string_view piece) {
    wire_bytes_ += piece.size();
    if (encoding_ == Encoding::identity) return copy(piece);
    if (keep_packed_) keep(piece);
    for (;;) {
        if (const auto ec = inflater_.inflate(piece, content_)) return ec;
        const bool full = content_.size() == content_.capacity();
        if (piece.empty() && (!full || inflater_.at_end())) break;
        if (const auto ec = make_room()) return ec;
    }
    if (content_.size() > max_) return HttpError::body_too_large;
    return {};
}

boost::system::error_code AnswerBody::copy(std::string_view piece) {
    if (piece.size() > max_ - content_.size()) return HttpError::body_too_large;
    while (piece.size() > content_.capacity() - content_.size())
        if (const auto ec = make_room()) return ec;
    std::memcpy(content_.data() + content_.size(), piece.data(), piece.size());
    content_.resize(content_.size() + piece.size());
    return {};
}

/// It is a convenience: what would take more memory than is reserved for the page is let go.
void AnswerBody::keep(std::string_view piece) {
    const std::size_t size = packed_.size() + piece.size();
    if (size > packed_.capacity()) packed_.reserve(std::max(size, packed_.capacity() * 2));
    std::memcpy(packed_.data() + packed_.size(), piece.data(), piece.size());
    packed_.resize(size);
    keep_packed_ = size < memory_.bytes();
    if (!keep_packed_) packed_ = Buffer();
}

boost::system::error_code AnswerBody::make_room() {
    // What is reserved anyway is taken at once: fewer copies, and untouched bytes cost nothing.
    const std::size_t wanted = std::min(std::max(content_.capacity() * 2, memory_.bytes()), max_ + 1);
    if (wanted <= content_.capacity()) return HttpError::body_too_large;
    // Out of the small ones' share at once, and not step by step.
    const std::size_t reserved = wanted > head_memory ? std::max(wanted, std::min(page_memory, max_ + 1)) : wanted;
    if (!memory_.try_grow_to(reserved)) return HttpError::out_of_memory_budget;
    content_.reserve(wanted);
    return {};
}

boost::system::error_code AnswerBody::finish() {
    return encoding_ == Encoding::gzip ? inflater_.finish() : boost::system::error_code();
}

HttpResponse AnswerBody::take_answer(ResponseHead head) {
    Buffer packed = take_packed();
    HttpResponse answer(std::move(head), take_content());
    answer.packed = std::move(packed);
    answer.wire_bytes = wire_bytes_;
    answer.memory = take_memory();
    return answer;
}

Buffer AnswerBody::take_packed() {
    packed_.shrink_to_fit();
    taken_ = content_.size() + packed_.size() <= memory_.bytes() ? packed_.size() : 0;
    return taken_ == 0 ? Buffer() : std::move(packed_);
}

Buffer AnswerBody::take_content() {
    content_.shrink_to_fit();
    memory_.shrink_to(content_.size() + taken_);
    return std::move(content_);
}

}  // namespace oktail
