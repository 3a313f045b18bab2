#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace oktail {

/// The members of a JSON object that holds secrets, a token or a key: all memory that it takes is wiped when it goes.
class SecretJson {
public:
    /// Text that is no object has no members.
    explicit SecretJson(std::string_view text);
    SecretJson(const SecretJson&) = delete;
    SecretJson& operator=(const SecretJson&) = delete;

    bool is_object() const noexcept { return value_.is_object(); }
    /// nullptr if it is missing.
    const boost::json::value* find(std::string_view name) const;
    /// Empty if it is missing or no string.
    std::string_view text(std::string_view name) const;

private:
    class WipedMemory {
    public:
        explicit WipedMemory(std::size_t size) : size_(size), bytes_(std::make_unique<unsigned char[]>(size)) {}
        WipedMemory(const WipedMemory&) = delete;
        WipedMemory& operator=(const WipedMemory&) = delete;
        ~WipedMemory();

        unsigned char* data() { return bytes_.get(); }
        std::size_t size() const { return size_; }

    private:
        std::size_t size_;
        std::unique_ptr<unsigned char[]> bytes_;
    };

    WipedMemory memory_;
    boost::json::monotonic_resource arena_;
    boost::json::value value_;  // never moved: in other storage it would be a copy
};

}  // namespace oktail
