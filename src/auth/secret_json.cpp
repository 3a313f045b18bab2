#include "auth/secret_json.hpp"

#include <boost/json/parser.hpp>

#include <openssl/crypto.h>

#include <utility>

namespace oktail {
namespace {

namespace json = boost::json;

json::value parse(std::string_view text, json::storage_ptr storage) {
    json::parse_options options;
    options.max_depth = 8;
    json::parser parser(storage, options);  // what it keeps meanwhile is wiped as well
    parser.reset(std::move(storage));
    boost::system::error_code ec;
    parser.write(text, ec);
    return ec ? json::value() : parser.release();
}

}  // namespace

SecretJson::WipedMemory::~WipedMemory() { OPENSSL_cleanse(bytes_.get(), size_); }

SecretJson::SecretJson(std::string_view text)
    : memory_(text.size() * 4 + 1'024), arena_(memory_.data(), memory_.size()), value_(parse(text, &arena_)) {}

const json::value* SecretJson::find(std::string_view name) const {
    const json::object* object = value_.if_object();
    return object ? object->if_contains(name) : nullptr;
}

std::string_view SecretJson::text(std::string_view name) const {
    const json::value* value = find(name);
    if (!value || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

}  // namespace oktail
