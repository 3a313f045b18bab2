#include "simulation/simulated_client.hpp"

#include "http/answer_body.hpp"
#include "http/answer_parser.hpp"
#include "http/http_shared.hpp"
#include "http/request_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const HttpDeadlines deadlines;
constexpr milliseconds endless = 1h;

/// The request as a server reads it.
simulator::Request parsed(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    std::string_view head = text.substr(0, end + 2);
    const std::size_t space = head.find(' ');
    simulator::Request request(std::string(head.substr(0, space)),
                               std::string(head.substr(space + 1, head.find(' ', space + 1) - space - 1)), {},
                               std::string(text.substr(end + 4)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        const std::size_t line = head.find("\r\n");
        const std::size_t colon = head.find(": ");
        request.headers.emplace_back(head.substr(0, colon), head.substr(colon + 2, line - colon - 2));
        head.remove_prefix(line + 2);
    }
    return request;
}

std::string head_of(const simulator::Answer& answer) {
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Word\r\n";
    for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
    if (answer.transmission.chunked) head += "Transfer-Encoding: chunked\r\n";
    else head += "Content-Length: " + std::to_string(answer.transmission.claimed_size.value_or(answer.text().size())) + "\r\n";
    return head + "\r\n";
}

std::string body_of(const simulator::Answer& answer) {
    if (!answer.transmission.chunked) return std::string(answer.text());
    std::string chunks;
    for (std::string_view rest = answer.text(); !rest.empty();) {
        const std::string_view piece = rest.substr(0, answer.transmission.piece);
        std::array<char, 20> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
        chunks.append(size.data()).append(piece).append("\r\n");
        rest.remove_prefix(piece.size());
    }
    return chunks + "0\r\n\r\n";
}

/// How long an answer of such pieces takes.
milliseconds duration_of(const simulator::Answer& answer) {
    const auto pieces =
        static_cast<milliseconds::rep>(answer.text().size() / std::max<std::size_t>(answer.transmission.piece, 1));
    return answer.transmission.pause * pieces;
}

simulator::Endpoint endpoint_of(const HttpRequest& request) {
    return request.target.starts_with("/api") ? simulator::Endpoint::logs : simulator::Endpoint::token;
}

Error closed(const std::string& why) { return {ErrorKind::transient, "reading the answer: " + why}; }

}  // namespace

asio::awaitable<Result<HttpResponse>> SimulatedClient::send(HttpRequest request, std::stop_token stop) {
    HttpRequest again(request.method, request.target);
    again.max_body = request.max_body;
    again.reserve_memory = request.reserve_memory;
    again.keep_packed = request.keep_packed;
    again.exclusive_memory = request.exclusive_memory;
    Arrival arrival = co_await converse(std::move(request), stop);
    if (dead_ || stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped during a request");
    auto answer = co_await receive(std::move(arrival), again, stop);
    // What an answer announced that did not come through.
    if (!answer) world_.org(host_).not_before.erase(endpoint_of(again));
    co_return answer;
}

asio::awaitable<SimulatedClient::Arrival> SimulatedClient::converse(HttpRequest request, std::stop_token stop) {
    Arrival nothing;
    const milliseconds there = world_.between(5ms, 200ms);
    co_await world_.clock.sleep_for(there, stop);
    nothing.trouble = "connecting: refused";
    if (dead_ || stop.stop_requested() || world_.strikes(host_, "connection refused")) co_return nothing;

    const auto endpoint = endpoint_of(request);
    if (++in_flight_[endpoint] > 1) world_.wrong("two requests at the same time to " + host_);
    const simulator::Answer answer = ask(request);
    milliseconds wait = answer.transmission.stall + duration_of(answer);
    nothing.trouble = "timed out";
    if (world_.strikes(host_, "silence")) wait = endless;
    const bool outlasts_us = wait > std::min<milliseconds>(deadlines.first_byte, request.timeout);
    if (outlasts_us) wait = std::min<milliseconds>(deadlines.first_byte, request.timeout);
    co_await world_.clock.sleep_for(wait, stop);
    --in_flight_[endpoint];
    if (outlasts_us) co_return nothing;
    co_return on_the_line(answer);
}

simulator::Answer SimulatedClient::ask(const HttpRequest& request) {
    const auto text = request_text(request, host_, "oktail/simulated");
    simulator::Answer answer = world_.okta.answer(parsed(text->reveal()), world_.clock.true_time());
    world_.note(host_, request.target, answer.status);
    return answer;
}

SimulatedClient::Arrival SimulatedClient::on_the_line(const simulator::Answer& answer) {
    Arrival arrival;
    if (answer.transmission.silent || world_.strikes(host_, "reset before the answer")) {
        arrival.trouble = "the server closed the connection";
        return arrival;
    }
    const std::string head = head_of(answer);
    std::string body = body_of(answer);
    if (simulator::has_header(answer, "Content-Encoding") && !body.empty() && world_.strikes(host_, "flipped bit"))
        body[world_.random.below(body.size())] ^= static_cast<char>(1U << world_.random.below(8));
    arrival.bytes = head + body;
    if (answer.transmission.cut_after)
        arrival.bytes.resize(std::min(arrival.bytes.size(), head.size() + *answer.transmission.cut_after));
    if (world_.strikes(host_, "cut answer")) arrival.bytes.resize(world_.random.below(arrival.bytes.size()));
    if (arrival.bytes.size() < head.size() + body.size()) arrival.trouble = "Connection reset by peer";
    return arrival;
}

/// As Connection does it, but for the waits between pieces.
asio::awaitable<Result<HttpResponse>> SimulatedClient::receive(Arrival arrival, const HttpRequest& request,
                                                               std::stop_token stop) {
    AnswerParser parser(request.max_body);
    std::string_view rest = arrival.bytes;
    if (const auto malformed = parser.parse(rest)) co_return Error(ErrorKind::transient, malformed.message(), malformed);
    if (!parser.has_head()) co_return closed(arrival.trouble);
    if (parser.is_done()) co_return HttpResponse(parser.take_head(), Buffer(0));
    const auto encoding = parser.encoding();
    if (!encoding) co_return closed("an encoding that we did not ask for");

    ByteBudget::Reservation reserved;
    if (request.reserve_memory) {
        const std::size_t bytes = AnswerBody::memory_needed(parser.content_length(), request.max_body);
        auto waiting =
            request.exclusive_memory ? world_.memory.reserve_exclusive(bytes, stop) : world_.memory.reserve(bytes, stop);
        auto memory = co_await std::move(waiting);
        if (!memory) co_return memory.error();
        reserved = std::move(*memory);
    }
    AnswerBody body(*encoding, parser.content_length(), request.max_body, std::move(reserved), request.keep_packed);
    parser.read_into(body);
    while (!rest.empty() && !parser.is_done()) {
        std::string_view piece = rest.substr(0, 1 + world_.random.below(16'384));
        const std::size_t offered = piece.size();
        const auto malformed = parser.parse(piece);
        if (malformed) co_return Error(ErrorKind::transient, malformed.message(), malformed);
        rest.remove_prefix(offered - piece.size());
        if (offered == piece.size() && !parser.is_done()) break;
    }
    if (!parser.is_done()) co_return closed(arrival.trouble.empty() ? "the server closed the connection" : arrival.trouble);
    co_return body.take_answer(parser.take_head());
}

}  // namespace oktail
