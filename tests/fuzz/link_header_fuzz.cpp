#include "fuzz/fuzz_check.hpp"
#include "okta/link_header.hpp"

/// Two Link fields, parted by a NUL. Whatever they say, we go on in the log of this origin, or not at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(oktail::fuzz_text(data, size));
    const std::size_t first = std::min(text.find('\0'), text.size());
    const oktail::ResponseHead head(200,
                                    {{"link", text.substr(0, first)}, {"link", text.substr(std::min(first + 1, text.size()))}});

    const oktail::NextLink link = next_link(head, oktail::Origin("acme.okta.com"), {"id.acme.example"});

    const std::string& target = link.cursor().target();
    if (target.empty()) return 0;
    FUZZ_CHECK(link.refusal().empty());
    FUZZ_CHECK(target.starts_with("/api/v1/logs?") && target.size() <= 8 * 1024);
    FUZZ_CHECK(text.find(target + '>') != text.npos);
    for (const char c : target) FUZZ_CHECK(c > ' ' && c < '\x7f' && c != '\\' && c != '#' && c != '>');
    const std::string query = '&' + target.substr(target.find('?') + 1) + '&';
    for (auto at = query.find("&until="); at != query.npos; at = query.find("&until=", at + 1))
        FUZZ_CHECK(query[at + 7] == '&');
    return 0;
}
