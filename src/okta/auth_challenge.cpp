#include "okta/auth_challenge.hpp"

#include "core/quote.hpp"
#include "okta/field_reader.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace oktail {
namespace {

using boost::algorithm::iequals;

/// The characters of RFC 6750 §3, and too short for a secret, so that it may stand in a text as it is.
bool is_error_code(std::string_view text) {
    return !text.empty() && text.size() <= 36 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
               std::string_view::npos;
}

struct Challenge {
    std::string_view scheme;
    std::string error;
    std::string description;
};

/// Challenges and their parameters are both separated by commas (RFC 9110 §11.6.1): a name with a value belongs to the scheme
/// before it, a name without one is a scheme.
void read_challenges(std::string_view field, std::vector<Challenge>& challenges) {
    FieldReader reader(field);
    challenges.emplace_back();  // what stands before the first scheme belongs to none
    for (;;) {
        while (reader.take(',')) continue;
        if (reader.done()) return;
        const std::string_view name = reader.token();
        if (reader.take('=')) {
            const auto value = reader.word();
            if (!value) return;
            Challenge& current = challenges.back();
            if (iequals(name, "error") && is_error_code(*value)) current.error = *value;
            if (iequals(name, "error_description")) current.description = quote_answer(*value);
        } else if (!name.empty()) {
            challenges.emplace_back().scheme = name;
        } else {
            reader.skip_to(",");
        }
    }
}

}  // namespace

AuthChallenge auth_challenge(const ResponseHead& head) {
    std::vector<Challenge> challenges;
    for (const std::string_view field : head.find_all("www-authenticate")) read_challenges(field, challenges);
    for (const auto& [scheme, error, description] : challenges)
        if (!error.empty() && (iequals(scheme, "bearer") || iequals(scheme, "dpop")))
            return {head.status(), error, description};
    return {head.status(), {}, {}};
}

}  // namespace oktail
