#include "support/test_authority.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace oktail {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

KeyPtr new_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

template <class Write>
std::string pem_of(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    write(out.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    return pem_of([certificate](BIO* out) { PEM_write_bio_X509(out, certificate); });
}

CertificatePtr new_certificate(const std::string& name, EVP_PKEY* key, std::chrono::seconds begin, std::chrono::seconds end) {
    static long serial = 1;
    CertificatePtr made(X509_new(), &X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), begin.count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), end.count());
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return made;
}

void extend(X509* certificate, X509* issuer, int extension, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
    if (!made) throw std::runtime_error("bad certificate extension " + value);
    X509_add_ext(certificate, made, -1);
    X509_EXTENSION_free(made);
}

}  // namespace

struct TestAuthority::Keys {
    KeyPtr key;
    CertificatePtr certificate;
};

TestAuthority::TestAuthority(const std::string& name) {
    KeyPtr key = new_key();
    CertificatePtr own = new_certificate(name, key.get(), std::chrono::hours(-24 * 30), std::chrono::hours(24 * 30));
    X509_set_issuer_name(own.get(), X509_get_subject_name(own.get()));
    extend(own.get(), own.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(own.get(), own.get(), NID_key_usage, "critical,keyCertSign");
    extend(own.get(), own.get(), NID_subject_key_identifier, "hash");
    X509_sign(own.get(), key.get(), EVP_sha256());
    pem_ = pem_of(own.get());
    keys_ = std::make_unique<Keys>(Keys{std::move(key), std::move(own)});
}

TestAuthority::~TestAuthority() = default;

TestIdentity TestAuthority::issue(const std::string& dns_name, std::chrono::hours begin, std::chrono::hours end) const {
    return issue(dns_name, begin, end, Flaw::none);
}

TestIdentity TestAuthority::issue(const std::string& dns_name, Flaw flaw) const {
    return issue(dns_name, std::chrono::hours(-1), std::chrono::hours(24), flaw);
}

TestIdentity TestAuthority::issue(const std::string& dns_name, std::chrono::hours begin, std::chrono::hours end,
                                  Flaw flaw) const {
    const KeyPtr key = flaw == Flaw::weak_key ? KeyPtr(EVP_RSA_gen(1'024), &EVP_PKEY_free) : new_key();
    const CertificatePtr made = new_certificate(dns_name, key.get(), begin, end);
    X509* const issuer = flaw == Flaw::self_signed ? made.get() : keys_->certificate.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    extend(made.get(), issuer, NID_subject_alt_name, "DNS:" + dns_name);
    extend(made.get(), issuer, NID_ext_key_usage, flaw == Flaw::for_clients ? "clientAuth" : "serverAuth");
    X509_sign(made.get(), flaw == Flaw::self_signed ? key.get() : keys_->key.get(), EVP_sha256());
    TestIdentity identity;
    identity.certificate = pem_of(made.get());
    identity.key =
        pem_of([&key](BIO* out) { PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return identity;
}

}  // namespace oktail
