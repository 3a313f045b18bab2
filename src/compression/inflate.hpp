#pragma once

#include <oktail/core/buffer.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

struct inflate_state;

namespace oktail {

/// gzip as a stream (RFC 1952): any number of members, in pieces of any size. The state of 87 kB comes with the first piece
/// and goes back to its thread when this goes.
class Inflater {
public:
    /// Beyond the first MiB a body may be this many times its wire size; System Log pages are about 9.
    static constexpr std::size_t max_ratio = 100;
    static constexpr std::size_t ratio_free = 1024 * 1024;

    Inflater();
    Inflater(Inflater&&) noexcept;
    Inflater& operator=(Inflater&&) noexcept;
    ~Inflater();

    /// Takes bytes off the front of `input` and appends what they inflate to, until `input` is empty or `out` is full to its
    /// capacity (then more may be due without further input). Errors: damaged (trailing garbage too), bomb.
    boost::system::error_code inflate(std::string_view& input, Buffer& out);
    /// After the last piece. Errors: truncated.
    boost::system::error_code finish() const;
    /// Between members: nothing is due, nothing is missing.
    bool at_end() const;

private:
    struct GiveBack {
        void operator()(inflate_state* state) const noexcept;
    };

    std::unique_ptr<inflate_state, GiveBack> state_;
    std::size_t consumed_ = 0;
    std::size_t produced_ = 0;
};

}  // namespace oktail
