#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include <boost/system/error_code.hpp>

#include <openssl/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace oktail {

/// A TLS session to resume, as bytes: a live one holds the peer's whole chain (13 kB against 1.3 kB).
using TlsSession = std::vector<unsigned char>;

/// Client contexts by what they trust: the system's CA bundle costs 18 ms and 0.8 MB each time it is loaded. Thread-safe.
class TlsContexts {
public:
    /// `ca_pem` empty: the system's CAs. Errors: transient, if there is no certificate in it.
    Result<std::shared_ptr<boost::asio::ssl::context>> trusting(const std::string& ca_pem);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<boost::asio::ssl::context>> contexts_;
};

/// A context for connections that may have to prove who we are: a certificate with what leads to its CA, and its key, both PEM;
/// empty: none. `ca_pem` as above. Errors: transient; the text says which of them cannot be used.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const std::string& ca_pem,
                                                                    const std::string& certificate_pem, const Secret& key_pem);

/// Makes a connection ask for and insist on `host`, resume `session`, and keep the next one there. `session` outlives `ssl`.
void expect_peer(SSL* ssl, const std::string& host, TlsSession& session);

/// Nothing is kept for a next connection, and none is resumed.
void expect_peer(SSL* ssl, const std::string& host);

/// What went wrong on a connection that stood, for a person: where the peer refuses our certificate it says so only then.
std::string peer_trouble(const boost::system::error_code& code);

/// Why the handshake failed, for a person: certificate trouble by name.
std::string handshake_trouble(const SSL* ssl, const boost::system::error_code& code);

}  // namespace oktail
