#include "fuzz/fuzz_check.hpp"
#include "okta/auth_challenge.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// Two WWW-Authenticate fields, parted by a NUL. Whatever they say, people can read what we make of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(oktail::fuzz_text(data, size));
    const std::size_t first = std::min(text.find('\0'), text.size());
    const oktail::ResponseHead head(401, {{"www-authenticate", text.substr(0, first)},
                                          {"www-authenticate", text.substr(std::min(first + 1, text.size()))}});

    const oktail::AuthChallenge challenge = auth_challenge(head);

    FUZZ_CHECK(challenge.status == 401);
    FUZZ_CHECK(challenge.error.size() <= 256 && challenge.description.size() < 1'200);
    for (const std::string& said : {challenge.error, challenge.description})
        FUZZ_CHECK(std::ranges::all_of(said, [](char c) { return c >= ' ' && c < '\x7f'; }));
    FUZZ_CHECK(challenge.description.empty() || !challenge.error.empty());
    return 0;
}
