// C11 threads on top of POSIX ones, in front of the C library's: ThreadSanitizer knows only the latter, and a thread that it
// has not seen begin crashes it. librdkafka uses them. So its locks count as what they are, too.

#include <pthread.h>
#include <sched.h>
#include <threads.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int answer(int error) {
    if (error == 0) return thrd_success;
    if (error == EBUSY) return thrd_busy;
    if (error == ETIMEDOUT) return thrd_timedout;
    return error == ENOMEM ? thrd_nomem : thrd_error;
}

struct Start {
    thrd_start_t function;
    void* argument;
};

void* run(void* given) {
    const std::unique_ptr<Start> start(static_cast<Start*>(given));
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(start->function(start->argument)));
}

}  // namespace

extern "C" {

/// Its reference counts are atomics that nobody instrumented. What our callbacks do on its threads is hidden as well: they note
/// a few numbers, under its locks or ours.
const char* __tsan_default_suppressions() {  // NOLINT: the sanitizer's name
    return "race:librdkafka.so\nmutex:librdkafka.so\nthread:librdkafka.so\ndeadlock:librdkafka.so\n";
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
    auto start = std::make_unique<Start>(Start{function, argument});
    const int error = ::pthread_create(thread, nullptr, run, start.get());
    if (error == 0) static_cast<void>(start.release());
    return answer(error);
}

int thrd_join(thrd_t thread, int* result) {
    void* given = nullptr;
    const int error = ::pthread_join(thread, &given);
    if (result) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(given));
    return answer(error);
}

int mtx_init(mtx_t* mutex, int type) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    const int error = ::pthread_mutex_init(posix(mutex), &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    return answer(error);
}
void mtx_destroy(mtx_t* mutex) { ::pthread_mutex_destroy(posix(mutex)); }
int mtx_lock(mtx_t* mutex) { return answer(::pthread_mutex_lock(posix(mutex))); }
int mtx_trylock(mtx_t* mutex) { return answer(::pthread_mutex_trylock(posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return answer(::pthread_mutex_unlock(posix(mutex))); }

int cnd_init(cnd_t* condition) { return answer(::pthread_cond_init(posix(condition), nullptr)); }
void cnd_destroy(cnd_t* condition) { ::pthread_cond_destroy(posix(condition)); }
int cnd_signal(cnd_t* condition) { return answer(::pthread_cond_signal(posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return answer(::pthread_cond_broadcast(posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return answer(::pthread_cond_wait(posix(condition), posix(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
    return answer(::pthread_cond_timedwait(posix(condition), posix(mutex), until));
}
}
