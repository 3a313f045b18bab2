#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>

#include <memory>

namespace oktail::simulator {

/// How a unique_ptr lets go of what OpenSSL made.
template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;

}  // namespace oktail::simulator
