#include "simulator/certificates.hpp"

#include "simulator/openssl_handle.hpp"

#include "core/assert.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace oktail::simulator {
namespace {

using Certificate = std::unique_ptr<X509, Release<X509_free>>;

constexpr std::chrono::seconds before = std::chrono::days(1);
constexpr std::chrono::seconds behind = std::chrono::days(90);

Key new_key() {
    Key key(EVP_EC_gen("P-256"));
    OKTAIL_ASSERT(key);
    return key;
}

/// Everything but issuer, extensions and signature.
Certificate begun(EVP_PKEY* key, const char* common_name, UtcTime now) {
    Certificate made(X509_new());
    OKTAIL_ASSERT(made);
    X509_set_version(made.get(), X509_VERSION_3);
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1U);
    const std::time_t at = std::chrono::system_clock::to_time_t(now);
    ASN1_TIME_set(X509_getm_notBefore(made.get()), at - before.count());
    ASN1_TIME_set(X509_getm_notAfter(made.get()), at + behind.count());
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    return made;
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    OKTAIL_ASSERT(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    OKTAIL_ASSERT(X509_sign(certificate, issuer_key, EVP_sha256()) != 0);
}

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return text_of(bio.get());
}

std::string pem(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio.get());
}

std::string alternative_names(const std::vector<std::string>& hosts) {
    std::string names;
    for (const std::string& host : hosts) names.append(names.empty() ? "DNS:" : ",DNS:").append(host);
    return names;
}

}  // namespace

Certificates make_certificates(const std::vector<std::string>& hosts, UtcTime now) {
    const Key ca_key = new_key();
    const Certificate ca = begun(ca_key.get(), "oktail-simulator CA", now);
    add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
    sign(ca.get(), ca.get(), ca_key.get());

    const Key key = new_key();
    const Certificate server = begun(key.get(), "oktail-simulator", now);
    add_extension(server.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(server.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(server.get(), ca.get(), NID_ext_key_usage, "serverAuth");
    add_extension(server.get(), ca.get(), NID_subject_alt_name, alternative_names(hosts).c_str());
    add_extension(server.get(), ca.get(), NID_authority_key_identifier, "keyid");
    sign(server.get(), ca.get(), ca_key.get());
    return {pem(ca.get()), pem(server.get()), pem(key.get())};
}

}  // namespace oktail::simulator
