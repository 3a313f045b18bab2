#pragma once

namespace oktail {

/// From here on OpenSSL wipes whatever memory it gives back: its decoders leave private keys in what they free, and its TLS the
/// tokens that it sent. For the beginning of main(), before OpenSSL has taken any memory; later it changes nothing and says so:
/// false.
bool wipe_what_openssl_frees();

}  // namespace oktail
