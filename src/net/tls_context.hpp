#pragma once

#include <oktail/core/error.hpp>

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

/// Makes a connection ask for and insist on `host`, resume `session`, and keep the next one there. `session` outlives `ssl`.
void expect_peer(SSL* ssl, const std::string& host, TlsSession& session);

/// Why the handshake failed, for a person: certificate trouble by name.
std::string handshake_trouble(const SSL* ssl, const boost::system::error_code& code);

}  // namespace oktail
