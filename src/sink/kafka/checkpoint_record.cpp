#include "sink/kafka/checkpoint_record.hpp"

#include "auth/base64url.hpp"
#include "core/time_text.hpp"
#include "state/checkpoint_codec.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace oktail {
namespace {

std::string text_of(const Uuid& id) {
    boost::uuids::uuid out{};
    std::ranges::copy(id.bytes, out.begin());
    return boost::uuids::to_string(out);
}

Error unreadable(std::string_view why) {
    return Error(ErrorKind::fatal, "a checkpoint in the checkpoint topic cannot be read: " + std::string(why));
}

}  // namespace

std::string checkpoint_key(const RouteId& route) { return route.tenant() + '/' + route.sink(); }

std::optional<RouteId> route_of(std::string_view key) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos || slash == 0 || key.find('/', slash + 1) != std::string_view::npos)
        return std::nullopt;
    return RouteId(std::string(key.substr(0, slash)), std::string(key.substr(slash + 1)));
}

std::string owner_key(const std::string& instance, const std::string& sink) { return "/owner/" + instance + '/' + sink; }

std::string checkpoint_value(const Checkpoint& checkpoint) {
    boost::json::object out;
    out["seq"] = checkpoint.seq;
    out["last"] = checkpoint.tail.empty() ? boost::json::value() : boost::json::value(text_of(checkpoint.tail.back()));
    out["newest_published"] = rfc3339(checkpoint.newest_published);
    out["checkpoint"] = base64url(encode_checkpoint(checkpoint));
    return boost::json::serialize(out);
}

Result<Checkpoint> parse_checkpoint_value(std::string_view value) {
    boost::system::error_code ec;
    const auto json = boost::json::parse(value, ec);
    const auto* object = ec ? nullptr : json.if_object();
    const auto* text = object ? object->if_contains("checkpoint") : nullptr;
    if (!text || !text->is_string()) return unreadable("it is none of ours");
    const auto bytes = from_base64url(std::string_view(text->get_string()));
    if (!bytes) return unreadable("it is damaged");
    return decode_checkpoint(bytes->reveal());
}

}  // namespace oktail
