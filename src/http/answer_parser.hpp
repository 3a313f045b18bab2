#pragma once

#include <oktail/http/http_client.hpp>

#include "http/answer_body.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace oktail {

/// One HTTP/1.1 answer as it comes off the wire (RFC 9112), past its interim ones and within our limits. Pure: bytes in, head
/// and body out.
class AnswerParser {
public:
    explicit AnswerParser(std::size_t max_body);
    ~AnswerParser();

    /// Takes off the front of `bytes` what it can use and leaves what needs more to come. Goes as far as the head; behind it
    /// only after read_into(). Not to be called once done. Errors: whatever is wrong with the answer.
    boost::system::error_code parse(std::string_view& bytes);
    /// The server has closed its end, and said so: an error unless the framing lets the answer end there.
    boost::system::error_code close();

    /// The final head is complete. Then:
    bool has_head() const noexcept { return head_.has_value(); }
    const ResponseHead& head() const { return *head_; }
    ResponseHead take_head() { return std::move(*head_); }
    std::optional<AnswerBody::Encoding> encoding() const;  ///< nullopt: one that we did not ask for
    std::optional<std::uint64_t> content_length() const;
    void read_into(AnswerBody& body);

    bool is_done() const;
    /// Once done: whether the connection may serve another request.
    bool keeps_alive() const;

private:
    class Beast;

    boost::system::error_code accept_head();

    std::size_t max_body_;
    std::unique_ptr<Beast> beast_;
    std::size_t parsed_ = 0;  ///< bytes of the present head
    int interim_ = 0;
    std::optional<ResponseHead> head_;
};

}  // namespace oktail
