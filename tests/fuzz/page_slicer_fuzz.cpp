#include "fuzz/fuzz_check.hpp"
#include "okta/page_slicer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace json = boost::json;

/// One-sided: what an independent parser takes for an array of objects is cut into just those. It refuses more than we do.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static oktail::PageSlicer slicer;
    const std::string_view page = oktail::fuzz_text(data, size);
    oktail::Buffer body = oktail::Buffer::copy_of(page);
    const auto slices = slicer.slice(body);

    json::error_code trouble;
    const json::value expected = json::parse(page, trouble);
    const bool valid = !trouble && expected.is_array() && std::ranges::all_of(expected.get_array(), &json::value::is_object);
    FUZZ_CHECK(!valid || (slices && slices->size() == expected.get_array().size()));
    std::size_t end = 0;
    for (std::size_t i = 0; slices && i < slices->size(); ++i) {
        const auto [offset, length, id, published, well_formed] = (*slices)[i];
        FUZZ_CHECK(offset >= end && length >= 2 && offset + length <= size);
        const std::string_view event = body.view().substr(offset, length);
        FUZZ_CHECK(event.front() == '{' && event.back() == '}');
        FUZZ_CHECK(!well_formed || event.find_first_of("\r\n") == std::string_view::npos);
        // As text: the parser reads 0e400 as not-a-number, which equals nothing, itself included.
        FUZZ_CHECK(!valid || (well_formed && json::serialize(json::parse(event)) == json::serialize(expected.get_array()[i])));
        end = offset + length;
    }
    return 0;
}
