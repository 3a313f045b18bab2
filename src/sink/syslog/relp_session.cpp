#include "sink/syslog/relp_session.hpp"

#include "core/quote.hpp"
#include "core/task_group.hpp"
#include "net/time_limit.hpp"
#include "oktail_version.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

namespace oktail {
namespace {

constexpr std::size_t chunk_size = 64UL * 1024;
constexpr int taken = 200;
constexpr std::string_view offers = "relp_version=0\nrelp_software=oktail," OKTAIL_VERSION "\ncommands=syslog";

Error closed() { return Error(ErrorKind::stopped, "the sink is closed"); }

}  // namespace

asio::awaitable<Result<void>> RelpSession::open(std::stop_token stop) {
    auto executor = co_await asio::this_coro::executor;
    const auto close = [this] { line_.stream().close(); };
    const TimeLimit limit(executor, deadlines_.connect, close);
    const std::stop_callback on_stop(stop, close);
    std::string request;
    put_relp_frame(request, transaction_, "open", offers);
    const auto written = co_await line_.stream().write(request);
    const auto answer = co_await receive();  // why it does not let us write, too
    if (limit.passed()) co_return Error(ErrorKind::transient, "RELP: it does not answer");
    if (!answer) co_return Error(ErrorKind::transient, "RELP: " + answer.error().what() + maybe_our_certificate());
    if (!written) co_return written.error();
    if (answer->command == "serverclose")
        co_return Error(ErrorKind::transient, "RELP: it ends the session before it begins" + maybe_our_certificate());
    if (answer->command != "rsp" || answer->transaction != transaction_ || answer->code() != taken)
        co_return Error(ErrorKind::transient, "RELP: it does not open a session: " + quote(answer->data, 128));
    if (answer->data.find("syslog") == std::string::npos)
        co_return Error(ErrorKind::transient, "RELP: it offers no syslog: " + quote(answer->data, 128));
    transaction_ = behind(transaction_);
    co_return Result<void>();
}

/// librelp refuses a certificate without a word.
std::string RelpSession::maybe_our_certificate() const {
    return keys_.has_tls() ? "; it may refuse our certificate: look at cert_file, and at the receiver's log" : "";
}

asio::awaitable<Result<RelpFrame>> RelpSession::receive() {
    std::array<char, 4'096> piece{};
    for (;;) {
        auto frame = reader_.next();
        if (!frame) co_return frame.error();
        if (*frame) co_return std::move(**frame);
        const auto count = co_await line_.stream().read_some(piece.data(), piece.size());
        if (!count) co_return count.error();
        reader_.feed(std::string_view(piece.data(), *count));
    }
}

asio::awaitable<Error> RelpSession::run(Outbox& outbox, std::stop_token stop) {
    const auto end = [this] { line_.stop(); };
    const std::stop_callback on_stop(stop, end);
    std::stop_source ended;
    auto executor = co_await asio::this_coro::executor;
    TaskGroup watching(executor);
    watching.spawn(listen(outbox));
    const auto on_the_way = [this] { return !window_.empty(); };
    watching.spawn(line_.watch(on_the_way, ended.get_token()));
    while (!line_.is_over()) {
        if (window_.size() < keys_.window && outbox.current()) co_await send_some(outbox);
        else co_await outbox.changed.wait(line_.over());
    }
    if (!line_.is_broken()) co_await say_goodbye();
    ended.request_stop();
    line_.fail(closed());
    co_await watching.join();
    co_return line_.trouble();
}

/// A chunk, or what the window has room for; of each parcel in turn.
asio::awaitable<void> RelpSession::send_some(Outbox& outbox) {
    std::string frames;
    while (frames.size() < chunk_size && window_.size() < keys_.window) {
        const ParcelPtr parcel = outbox.current();
        if (!parcel) break;
        while (frames.size() < chunk_size && window_.size() < keys_.window) {
            const auto message = parcel->next_message();
            if (!message) break;
            put_relp_frame(frames, transaction_, "syslog", *message);
            parcel->is_on_the_way();
            window_.push_back(Message{transaction_, parcel, parcel->next() - 1, State::on_the_way, {}});
            transaction_ = behind(transaction_);
        }
        outbox.end_turn();
    }
    if (frames.empty()) co_return;
    const auto written = co_await line_.stream().write(frames);
    if (!written) co_await line_.write_failed(written.error());
}

asio::awaitable<void> RelpSession::listen(Outbox& outbox) {
    while (!line_.is_broken()) {
        const auto frame = co_await receive();
        if (!frame) {
            line_.ended(frame.error());
            break;
        }
        hear(*frame);
        settle();
        outbox.changed.notify();
    }
    goodbye_.request_stop();
}

void RelpSession::hear(const RelpFrame& frame) {
    // librelp answers our goodbye with one of its own.
    if (line_.is_over() && window_.empty()) {
        goodbye_.request_stop();
        return;
    }
    if (frame.command == "serverclose") return line_.fail(Error(ErrorKind::transient, "the receiver ends the session"));
    if (frame.command != "rsp")
        return line_.fail(Error(ErrorKind::transient, "RELP: an unknown command " + quote(frame.command, 32)));
    // Transactions are numbered in a row, so the first one says where each is.
    const std::uint32_t first = window_.empty() || frame.transaction == 0 ? 0 : window_.front().transaction;
    const std::uint32_t ahead =
        frame.transaction >= first ? frame.transaction - first : frame.transaction + last_relp_transaction - first;
    if (window_.empty() || frame.transaction == 0 || ahead >= window_.size())
        return line_.fail(Error(ErrorKind::transient, "RELP: it acknowledges what it was not sent"));
    Message& message = window_[ahead];
    if (frame.code() == taken) {
        message.state = State::taken;
        was_of_use_ = true;
        return;
    }
    // One that has taken nothing yet means all of them, and one without a code means nothing that we know.
    if (!was_of_use_ || frame.code() == 0)
        return line_.fail(Error(ErrorKind::transient, "the receiver takes no messages: " + quote(frame.data, 128)));
    message.state = State::refused;
    message.refusal = quote(frame.data, 128);
}

/// Up to the first message that the receiver has said nothing about.
void RelpSession::settle() {
    while (!window_.empty() && window_.front().state != State::on_the_way) {
        const Message& message = window_.front();
        if (message.state == State::taken) message.parcel->was_taken(message.event);
        else
            message.parcel->was_refused(message.event,
                                        Error(ErrorKind::rejected, "the receiver refuses it: " + message.refusal));
        window_.pop_front();
        line_.moved();
    }
}

asio::awaitable<void> RelpSession::say_goodbye() {
    std::string request;
    put_relp_frame(request, transaction_, "close", {});
    const auto written = co_await line_.stream().write(request);
    if (written && window_.empty()) co_await clock_.sleep_for(deadlines_.finish, goodbye_.get_token());
    co_await line_.stream().finish(deadlines_.finish);
}

}  // namespace oktail
