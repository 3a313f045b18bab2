#include "http/answer_parser.hpp"

#include "http/http_error.hpp"

#include <boost/beast/http/error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace oktail {
namespace {

using boost::beast::http::error;
using boost::system::error_code;

/// An answer read in pieces, as the client does.
class Reading {
public:
    error_code read(std::string_view wire, std::size_t piece) {
        while (!wire.empty() && !parser.is_done()) {
            pending += wire.substr(0, piece);
            wire.remove_prefix(std::min(piece, wire.size()));
            if (const auto ec = parse()) return ec;
        }
        left = pending + std::string(wire);
        return {};
    }
    error_code parse() {
        for (bool head_was_there = true; !pending.empty() && !parser.is_done() && head_was_there;) {
            head_was_there = parser.has_head() && body;
            std::string_view rest = pending;
            if (const auto ec = parser.parse(rest)) return ec;
            pending.erase(0, pending.size() - rest.size());
            if (!parser.has_head() || parser.is_done() || body) return {};
            body.emplace(parser.encoding().value(), parser.content_length(), 1'000'000, ByteBudget::Reservation());
            parser.read_into(*body);
            head_was_there = true;
        }
        return {};
    }
    std::string content() { return body ? std::string(body->take_content().view()) : ""; }

    AnswerParser parser{1'000'000};
    std::optional<AnswerBody> body;
    std::string pending;
    std::string left;
};

TEST(AnswerParser, PiecesDoNotMatter) {
    const std::string wire =
        "HTTP/1.1 103 Early Hints\r\nLink: <hint>\r\n\r\nHTTP/1.1 200 OK\r\nLink: <a>\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;x=y\r\n[1,\r\n2\r\n2]\r\n0\r\nTrailer: z\r\n\r\nleft over";
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
        Reading reading;
        EXPECT_EQ(reading.read(wire, piece), error_code()) << piece;
        EXPECT_TRUE(reading.parser.is_done()) << piece;
        EXPECT_EQ(reading.content(), "[1,2]") << piece;
        EXPECT_EQ(reading.left, "left over") << piece;
        EXPECT_EQ(reading.parser.head().find_all("link"), std::vector<std::string_view>{"<a>"});
    }
}

TEST(AnswerParser, ReuseIsTheAnswersToSay) {
    Reading kept;
    EXPECT_EQ(kept.read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", 100), error_code());
    EXPECT_TRUE(kept.parser.keeps_alive());

    Reading closed;
    EXPECT_EQ(closed.read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]", 100), error_code());
    EXPECT_FALSE(closed.parser.keeps_alive());

    Reading old;
    EXPECT_EQ(old.read("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n[]", 100), error_code());
    EXPECT_FALSE(old.parser.keeps_alive());
}

TEST(AnswerParser, TheEndOfTheStreamEndsOnlyABodyWithoutLength) {
    Reading until_close;
    EXPECT_EQ(until_close.read("HTTP/1.1 200 OK\r\n\r\n[]", 100), error_code());
    EXPECT_EQ(until_close.parser.close(), error_code());
    EXPECT_TRUE(until_close.parser.is_done());
    EXPECT_FALSE(until_close.parser.keeps_alive());

    Reading cut;
    EXPECT_EQ(cut.read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[]", 100), error_code());
    EXPECT_EQ(cut.parser.close(), error::partial_message);

    Reading nothing;
    EXPECT_EQ(nothing.parser.close(), error::end_of_stream);

    Reading only_interim;
    EXPECT_EQ(only_interim.read("HTTP/1.1 100 Continue\r\n\r\n", 100), error_code());
    EXPECT_EQ(only_interim.parser.close(), error::end_of_stream);
}

TEST(AnswerParser, LimitsOfTheHead) {
    Reading long_field;
    EXPECT_EQ(long_field.read("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x'), 1'000), error::header_limit);

    // Each piece ends behind the first letters of a line: there Beast counts only what came since the last piece.
    constexpr std::size_t line = 17;
    std::string many = "HTTP/1.1 200 \r\n";
    for (int i = 0; i < 5'000; ++i) many += "Field: 12345678\r\n";
    Reading long_head;
    EXPECT_EQ(long_head.read(many, line), error::header_limit);

    Reading many_fields;
    EXPECT_EQ(many_fields.read(many.substr(0, 15 + 101 * line) + "\r\n", 1'000), HttpError::too_many_fields);

    std::string hints;
    for (int i = 0; i < 6; ++i) hints += "HTTP/1.1 103 Early Hints\r\n\r\n";
    Reading interim;
    EXPECT_EQ(interim.read(hints, 1'000), HttpError::too_many_interim_answers);

    Reading upgrade;
    EXPECT_EQ(upgrade.read("HTTP/1.1 101 Switching Protocols\r\n\r\n", 1'000), HttpError::switches_protocols);
}

TEST(AnswerParser, AmbiguousFramingIsRefused) {
    for (const std::string fields :
         {"Content-Length: 2\r\nContent-Length: 3\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: 2000000\r\n",
          "Content-Length : 2\r\n"}) {
        Reading reading;
        EXPECT_TRUE(reading.read("HTTP/1.1 200 OK\r\n" + fields + "\r\n[]", 1'000)) << fields;
    }
}

}  // namespace
}  // namespace oktail
