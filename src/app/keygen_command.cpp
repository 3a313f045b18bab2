#include "app/keygen_command.hpp"

#include "app/new_file.hpp"
#include "auth/private_key.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace oktail {

ExitCode make_key(const std::string& algorithm, const std::filesystem::path& folder) {
    const PrivateKey key = PrivateKey::generate(algorithm == "RS256" ? KeyAlgorithm::rs256 : KeyAlgorithm::es256);
    const std::string id = key.thumbprint();
    const std::filesystem::path path = folder / ("oktail-" + id + ".pem");
    const auto written = write_new_file(path, key.pem().reveal());
    if (!written) {
        std::cerr << "oktail: " << written.error().what() << '\n';
        return ExitCode::cannot_create;
    }
    boost::json::object jwk = boost::json::parse(key.public_jwk()).as_object();
    jwk["use"] = "sig";
    jwk["alg"] = algorithm;
    jwk["kid"] = id;
    std::cout << boost::json::serialize(jwk) << '\n';
    std::cerr << "The private key is in " << path.string()
              << " (mode 0600; give it to oktail's group: chgrp oktail, chmod 0640).\n"
              << "Add the line above as a public key of the app in the Admin Console, and name the key in the tenant:\n"
              << "  auth: {method: private_key, client_id: ..., private_keys: [{file: " << path.string() << ", key_id: " << id
              << "}]}\n";
    return ExitCode::ok;
}

}  // namespace oktail
