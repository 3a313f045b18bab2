#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace oktail {

/// Bytes that must not be seen: wiped when they go, never printed, copied only on purpose.
/// There is no operator<< and no formatter, so a secret cannot slip into a log line.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view bytes);
    /// The parts in a row, without a copy left behind on the way.
    static Secret joined(std::initializer_list<std::string_view> parts);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret copy() const { return Secret(reveal()); }
    bool empty() const noexcept { return size_ == 0; }
    /// The bytes themselves; valid as long as this object. Every call site is a place to look at in a review.
    std::string_view reveal() const noexcept { return {bytes_.get(), size_}; }
    /// Compares in constant time.
    bool operator==(const Secret& other) const noexcept;

private:
    void wipe() noexcept;

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

}  // namespace oktail
