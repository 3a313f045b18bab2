#pragma once

#include <oktail/http/http_client.hpp>

#include "core/event_flag.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// A server that answers in the order of the script. A request for which there is no answer yet waits for one, so a test holds
/// an answer back by not giving it. One thread.
class ScriptedHttpClient : public HttpClient {
public:
    /// A request as it was sent.
    class Seen {
    public:
        Method method = Method::get;
        std::string target;
        std::string content_type;
        std::string body;
        std::string authorization;
        std::string dpop;
        std::string more_fields;
        std::size_t max_body = 0;
        bool reserve_memory = false;
        bool exclusive_memory = false;
        std::chrono::milliseconds timeout{};
    };
    using Fields = std::vector<std::pair<std::string, std::string>>;

    void answer(unsigned status, std::string_view body, Fields fields = {}) {
        script_.emplace_back(HttpResponse(ResponseHead(status, std::move(fields)), Buffer::copy_of(body)));
        came_.notify();
    }
    /// An answer whose body holds that much of the byte budget.
    void answer(HttpResponse response) {
        script_.emplace_back(std::move(response));
        came_.notify();
    }
    void fail(Error why) {
        script_.emplace_back(std::move(why));
        came_.notify();
    }
    const std::vector<Seen>& seen() const { return seen_; }
    /// Answers that nobody has asked for.
    std::size_t left() const { return script_.size(); }

    asio::awaitable<Result<HttpResponse>> send(HttpRequest request, std::stop_token stop) override {
        Seen seen;
        seen.method = request.method;
        seen.target = request.target;
        seen.content_type = request.content_type;
        seen.body = request.body.reveal();
        seen.authorization = request.authorization.reveal();
        seen.dpop = request.dpop.reveal();
        seen.more_fields = request.more_fields;
        seen.max_body = request.max_body;
        seen.reserve_memory = request.reserve_memory;
        seen.exclusive_memory = request.exclusive_memory;
        seen.timeout = request.timeout;
        seen_.push_back(std::move(seen));
        while (script_.empty() && !stop.stop_requested()) co_await came_.wait(stop);
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped during a request");
        auto next = std::move(script_.front());
        script_.pop_front();
        co_return next;
    }

private:
    std::deque<Result<HttpResponse>> script_;
    std::vector<Seen> seen_;
    EventFlag came_;
};

}  // namespace oktail
