#pragma once

#include <oktail/config/key_table.hpp>

namespace oktail {

/// The main file. `defaults` and `tenants` hold the tables below it.
const KeyTable& root_keys();
/// A file that `include` names. What is in it is checked as part of the whole.
const KeyTable& included_keys();
const KeyTable& tenant_keys();
/// One of a tenant's private keys.
const KeyTable& private_key_keys();
/// A sink of a tenant, where it is more than a name.
const KeyTable& route_keys();

}  // namespace oktail
