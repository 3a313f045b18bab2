#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>
#include <oktail/model/dpop_mode.hpp>

#include "auth/private_key.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Who looks at a proof. Each hands out nonces of its own (RFC 9449 §8, §9).
enum class DpopServer : std::uint8_t { token_endpoint, resource };

/// One client's proofs of possession. Its key is made when it is first needed and never leaves the process. One thread.
class Dpop {
public:
    explicit Dpop(DpopMode mode) : mode_(mode), is_on_(mode == DpopMode::always) {}

    DpopMode mode() const noexcept { return mode_; }
    bool is_on() const noexcept { return is_on_; }
    /// The org demands proofs. False: that changes nothing, for they are sent already, or never.
    bool switch_on();

    /// For one request, whatever becomes of it: a server that has seen a proof takes it no second time. `url` without query
    /// and fragment (RFC 9449 §4.2); `token` is the access token that goes with it, empty for a token request. `now` is the
    /// server's clock. About 50 us.
    Secret proof(DpopServer server, Method method, std::string_view url, std::string_view token, UtcTime now);
    /// Every answer, good ones too: any may bring a new nonce.
    void observed(DpopServer server, const ResponseHead& head);
    /// Whether the proof for `server` would carry another nonce than the last one did.
    bool has_new_nonce(DpopServer server) const { return at(server).fresh; }
    /// Its proofs are refused, and it named no other nonce: perhaps it is the nonce that it does not know any more.
    void doubt_nonce(DpopServer server) {
        if (!at(server).fresh) at(server).text.clear();
    }
    /// The next proof is made by another key; tokens bound to this one are of no use then.
    void forget_key() { key_.reset(); }

private:
    class Nonce {
    public:
        std::string text;    ///< empty: the server named none
        bool fresh = false;  ///< no proof has carried it
    };

    Nonce& at(DpopServer server) { return nonces_[static_cast<std::size_t>(server)]; }
    const Nonce& at(DpopServer server) const { return nonces_[static_cast<std::size_t>(server)]; }

    DpopMode mode_;
    bool is_on_;
    std::optional<PrivateKey> key_;
    std::array<Nonce, 2> nonces_;
};

}  // namespace oktail
