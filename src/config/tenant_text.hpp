#pragma once

#include <string>
#include <vector>

namespace oktail {

/// A tenant to be, as a person names it. Paths are as they will stand in its file.
class NewTenant {
public:
    std::string name;
    std::string domain;
    std::string client_id;
    std::string secret_file;  ///< empty: it has a private key
    std::string key_file;
    std::string key_id;
    std::string passphrase_file;
    std::string start;  ///< empty: the default
    std::vector<std::string> sinks;
    std::string connect_to;  ///< empty: none
    std::string ca_file;
};

/// A file for `include`, with this tenant alone; any text comes back as it was.
std::string tenant_text(const NewTenant& tenant);

}  // namespace oktail
