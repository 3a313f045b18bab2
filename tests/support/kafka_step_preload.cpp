// Put in front of librdkafka: kills the process right before or behind the n-th call of one of its functions. What a
// transaction is made of is met call by call, where a kill at random would meet most of them by luck only.
//   OKTAIL_DIE_AT=commit_transaction:before:3

#include <librdkafka/rdkafka.h>

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

class Death {
public:
    Death() {
        const char* given = std::getenv("OKTAIL_DIE_AT");
        if (!given) return;
        const std::string_view text = given;
        const auto first = text.find(':');
        const auto second = text.rfind(':');
        if (first == second) std::abort();
        call_ = text.substr(0, first);
        is_before_ = text.substr(first + 1, second - first - 1) == "before";
        left_ = std::atoi(given + second + 1);
    }

    void before(std::string_view call) {
        if (call != call_) return;
        --left_;
        if (is_before_ && left_ == 0) die();
    }
    void behind(std::string_view call) const {
        if (call == call_ && !is_before_ && left_ == 0) die();
    }

private:
    [[noreturn]] static void die() {
        ::kill(::getpid(), SIGKILL);
        for (;;) ::pause();
    }

    std::string call_;
    bool is_before_ = true;
    std::atomic<int> left_ = 0;
};

Death& death() {
    static Death here;
    return here;
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

template <class Function, class... Arguments>
auto call(std::string_view short_name, Function* there, Arguments... arguments) {
    death().before(short_name);
    const auto answer = there(arguments...);
    death().behind(short_name);
    return answer;
}

}  // namespace

extern "C" {

rd_kafka_error_t* rd_kafka_init_transactions(rd_kafka_t* handle, int timeout) {
    static auto* const there = real<decltype(rd_kafka_init_transactions)>("rd_kafka_init_transactions");
    return call("init_transactions", there, handle, timeout);
}

rd_kafka_error_t* rd_kafka_begin_transaction(rd_kafka_t* handle) {
    static auto* const there = real<decltype(rd_kafka_begin_transaction)>("rd_kafka_begin_transaction");
    return call("begin_transaction", there, handle);
}

rd_kafka_error_t* rd_kafka_produceva(rd_kafka_t* handle, const rd_kafka_vu_t* parts, size_t count) {
    static auto* const there = real<decltype(rd_kafka_produceva)>("rd_kafka_produceva");
    return call("produceva", there, handle, parts, count);
}

rd_kafka_resp_err_t rd_kafka_flush(rd_kafka_t* handle, int timeout) {
    static auto* const there = real<decltype(rd_kafka_flush)>("rd_kafka_flush");
    return call("flush", there, handle, timeout);
}

rd_kafka_error_t* rd_kafka_commit_transaction(rd_kafka_t* handle, int timeout) {
    static auto* const there = real<decltype(rd_kafka_commit_transaction)>("rd_kafka_commit_transaction");
    return call("commit_transaction", there, handle, timeout);
}

rd_kafka_error_t* rd_kafka_abort_transaction(rd_kafka_t* handle, int timeout) {
    static auto* const there = real<decltype(rd_kafka_abort_transaction)>("rd_kafka_abort_transaction");
    return call("abort_transaction", there, handle, timeout);
}
}
