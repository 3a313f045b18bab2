#include "auth/openssl_memory.hpp"

#include <openssl/crypto.h>

#include <malloc.h>
#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace oktail {
namespace {

void* take(std::size_t size, const char*, int) { return std::malloc(size); }

void give_back(void* memory, const char*, int) {
    if (!memory) return;
    ::explicit_bzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

/// Never by realloc(), which leaves the old bytes where they were.
void* take_other(void* memory, std::size_t size, const char* file, int line) {
    void* const other = size == 0 ? nullptr : std::malloc(size);
    if (size == 0) give_back(memory, file, line);
    if (!other || !memory) return other;
    std::memcpy(other, memory, std::min(size, ::malloc_usable_size(memory)));
    give_back(memory, file, line);
    return other;
}

}  // namespace

bool wipe_what_openssl_frees() { return CRYPTO_set_mem_functions(take, take_other, give_back) == 1; }

}  // namespace oktail
