#include "http/answer_parser.hpp"

#include "http/http_error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace oktail {
namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;
using boost::system::error_code;

constexpr std::uint32_t max_head = 32 * 1024;
constexpr std::size_t max_fields = 100;
constexpr int max_interim = 5;
constexpr std::size_t framing_slack = 64 * 1024;  // what gzip may add to a body that does not compress

/// Beast hands the body to ours piece by piece, straight out of the read buffer.
struct StreamedBody {
    /// Beast makes one without a value: a bare pointer would point anywhere.
    struct value_type {
        AnswerBody* to = nullptr;  // until the head is read, and for answers without a body
    };

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>&, error_code& ec) { ec = {}; }
        std::size_t put(const boost::asio::const_buffer& piece, error_code& ec) {
            ec = body_.to->append({static_cast<const char*>(piece.data()), piece.size()});
            return ec ? 0 : piece.size();
        }
        void finish(error_code& ec) { ec = body_.to ? body_.to->finish() : error_code(); }

    private:
        value_type& body_;
    };
};

std::string lower(std::string_view name) {
    std::string text(name);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return text;
}

}  // namespace

class AnswerParser::Beast : public http::response_parser<StreamedBody> {};

AnswerParser::AnswerParser(std::size_t max_body) : max_body_(max_body) {}

AnswerParser::~AnswerParser() = default;

error_code AnswerParser::parse(std::string_view& bytes) {
    while (!bytes.empty()) {
        if (!beast_) {
            beast_ = std::make_unique<Beast>();
            beast_->header_limit(max_head);
            beast_->body_limit(max_body_ + framing_slack);
            parsed_ = 0;
        }
        error_code ec;
        const std::size_t used = beast_->put(boost::asio::buffer(bytes), ec);
        bytes.remove_prefix(used);
        parsed_ += used;
        if (ec == http::error::need_more) ec = {};
        if (ec) return ec;
        if (has_head()) return {};
        if (parsed_ > max_head) return http::error::header_limit;  // Beast's own limit begins anew with every call
        if (!beast_->is_header_done()) return {};
        if (const auto refused = accept_head()) return refused;
        if (has_head()) return {};
    }
    return {};
}

/// Of an interim answer nothing is kept.
error_code AnswerParser::accept_head() {
    const unsigned status = beast_->get().result_int();
    if (status == 101) return HttpError::switches_protocols;
    if (status < 200) {
        beast_.reset();
        return ++interim_ > max_interim ? make_error_code(HttpError::too_many_interim_answers) : error_code();
    }
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& field : beast_->get()) fields.emplace_back(lower(field.name_string()), field.value());
    if (fields.size() > max_fields) return HttpError::too_many_fields;
    head_.emplace(status, std::move(fields));
    return {};
}

error_code AnswerParser::close() {
    error_code ec = http::error::end_of_stream;
    if (beast_ && beast_->got_some()) beast_->put_eof(ec);
    return ec;
}

std::optional<AnswerBody::Encoding> AnswerParser::encoding() const {
    const auto transfer = head_->find_all("transfer-encoding");
    if (transfer.size() > 1 || (transfer.size() == 1 && !iequals(transfer[0], "chunked"))) return std::nullopt;
    const auto content = head_->find_all("content-encoding");
    if (content.size() > 1) return std::nullopt;
    if (content.empty() || iequals(content[0], "identity")) return AnswerBody::Encoding::identity;
    if (iequals(content[0], "gzip") || iequals(content[0], "x-gzip")) return AnswerBody::Encoding::gzip;
    return std::nullopt;
}

std::optional<std::uint64_t> AnswerParser::content_length() const {
    const auto length = beast_->content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

void AnswerParser::read_into(AnswerBody& body) {
    beast_->get().body().to = &body;
    beast_->eager(true);
}

bool AnswerParser::is_done() const { return beast_ && beast_->is_done(); }

bool AnswerParser::keeps_alive() const { return is_done() && beast_->keep_alive(); }

}  // namespace oktail
