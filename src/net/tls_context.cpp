#include "net/tls_context.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace oktail {
namespace {

namespace ssl = boost::asio::ssl;

/// Where a connection keeps the pointer to its owner's session.
int session_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// OpenSSL's callback for each new ticket, on the connection's shard. 0: the reference stays OpenSSL's.
int keep_session(SSL* connection, SSL_SESSION* fresh) {
    auto* kept = static_cast<TlsSession*>(SSL_get_ex_data(connection, session_index()));
    const int size = kept ? i2d_SSL_SESSION(fresh, nullptr) : 0;
    if (size <= 0) return 0;
    kept->resize(static_cast<std::size_t>(size));
    unsigned char* end = kept->data();
    i2d_SSL_SESSION(fresh, &end);
    return 0;
}

Result<std::shared_ptr<ssl::context>> make_context(const std::string& ca_pem) try {
    auto made = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX* context = made->native_handle();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // Without SSL_OP_IGNORE_UNEXPECTED_EOF: a cut connection is told from a closed one.
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    made->set_verify_mode(ssl::verify_peer);
    boost::system::error_code ec;
    if (ca_pem.empty()) {
        made->set_default_verify_paths(ec);
        if (ec) return Error(ErrorKind::transient, "loading the system's CA certificates: " + ec.message(), ec);
        return made;
    }
    made->add_certificate_authority(boost::asio::buffer(ca_pem), ec);
    if (ec) return Error(ErrorKind::transient, "no CA certificate in ca_file: " + ec.message(), ec);
    return made;
} catch (const boost::system::system_error& e) {
    return Error(ErrorKind::transient, std::string("preparing TLS: ") + e.what(), e.code());
}

}  // namespace

Result<std::shared_ptr<ssl::context>> TlsContexts::trusting(const std::string& ca_pem) {
    const std::lock_guard lock(mutex_);
    auto& kept = contexts_[ca_pem];
    if (auto known = kept.lock()) return known;
    auto made = make_context(ca_pem);
    if (made) kept = *made;
    return made;
}

Result<std::shared_ptr<ssl::context>> make_tls_context(const std::string& ca_pem, const std::string& certificate_pem,
                                                       const Secret& key_pem) {
    auto made = make_context(ca_pem);
    if (!made || certificate_pem.empty()) return made;
    boost::system::error_code ec;
    (*made)->use_certificate_chain(boost::asio::buffer(certificate_pem), ec);
    if (ec) return Error(ErrorKind::transient, "no certificate in cert_file: " + ec.message(), ec);
    // Without it OpenSSL asks on the terminal.
    (*made)->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, ec);
    const boost::asio::const_buffer key(key_pem.reveal().data(), key_pem.reveal().size());
    if (!ec) (*made)->use_private_key(key, ssl::context::pem, ec);
    if (ec) return Error(ErrorKind::transient, "key_file holds no key of the certificate in cert_file: " + ec.message(), ec);
    return made;
}

void expect_peer(SSL* connection, const std::string& host) {
    boost::system::error_code is_name;
    boost::asio::ip::make_address(host, is_name);
    X509_VERIFY_PARAM* verify = SSL_get0_param(connection);
    if (is_name) {
        SSL_set_tlsext_host_name(connection, host.c_str());
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str());
    }
}

void expect_peer(SSL* connection, const std::string& host, TlsSession& session) {
    expect_peer(connection, host);
    SSL_set_ex_data(connection, session_index(), &session);
    if (session.empty()) return;
    const unsigned char* begin = session.data();
    SSL_SESSION* saved = d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(session.size()));
    if (saved) SSL_set_session(connection, saved);
    SSL_SESSION_free(saved);
    session.clear();  // a ticket is for one use (RFC 8446 §C.4), and one that fails is not tried again
}

std::string peer_trouble(const boost::system::error_code& code) {
    const bool is_tls = code.category() == boost::asio::error::get_ssl_category();
    const int reason = is_tls ? ERR_GET_REASON(static_cast<unsigned long>(code.value())) : 0;
    switch (reason) {
        case SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE:
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "the receiver may want a certificate of ours (" + code.message() + "); give cert_file and key_file";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            return "the receiver refuses our certificate (" + code.message() + "); look at cert_file, and at the receiver's CA";
        default: return code.message();
    }
}

std::string handshake_trouble(const SSL* connection, const boost::system::error_code& code) {
    const long verdict = SSL_get_verify_result(connection);
    const std::string reason = X509_verify_cert_error_string(verdict);
    switch (verdict) {
        case X509_V_OK: break;
        case X509_V_ERR_CERT_HAS_EXPIRED: return "the server's certificate has expired (or our clock is wrong)";
        case X509_V_ERR_CERT_NOT_YET_VALID: return "the server's certificate is not valid yet (is our clock right?)";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH: return "the server's certificate is for another name";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "the server's certificate is from an unknown CA: " + reason + "; is ca_file right?";
        default: return "the server's certificate is refused: " + reason;
    }
    if (code == ssl::error::stream_truncated) return "the server cut the connection";
    return code.message();
}

}  // namespace oktail
