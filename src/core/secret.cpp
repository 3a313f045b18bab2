#include <oktail/core/secret.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace oktail {

Secret::Secret(std::string_view bytes) : bytes_(new char[bytes.size()]), size_(bytes.size()) {
    std::memcpy(bytes_.get(), bytes.data(), bytes.size());
}

Secret Secret::joined(std::initializer_list<std::string_view> parts) {
    Secret whole;
    for (const std::string_view part : parts) whole.size_ += part.size();
    whole.bytes_.reset(new char[whole.size_]);
    char* end = whole.bytes_.get();
    for (const std::string_view part : parts) end = std::copy(part.begin(), part.end(), end);
    return whole;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() { wipe(); }

bool Secret::operator==(const Secret& other) const noexcept {
    if (size_ != other.size_) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < size_; ++i) difference |= static_cast<unsigned char>(bytes_[i] ^ other.bytes_[i]);
    return difference == 0;
}

void Secret::wipe() noexcept {
    if (bytes_) explicit_bzero(bytes_.get(), size_);
    bytes_.reset();
    size_ = 0;
}

}  // namespace oktail
