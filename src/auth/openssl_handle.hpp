#pragma once

#include <memory>

namespace oktail {

template <auto release>
class OpensslRelease {
public:
    template <class T>
    void operator()(T* object) const noexcept {
        release(object);
    }
};

/// An object of OpenSSL's with the function that gives it back.
template <class T, auto release>
using OpensslHandle = std::unique_ptr<T, OpensslRelease<release>>;

}  // namespace oktail
