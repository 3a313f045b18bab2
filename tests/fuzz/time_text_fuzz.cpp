// Whatever is accepted as a time means the same when it is written and read again.
#include "core/time_text.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
    using namespace std::chrono;
    const std::string_view text(data, size);
    if (const auto time = oktail::parse_rfc3339(text)) {
        const auto year = year_month_day(floor<days>(*time)).year();
        const bool writable = year >= std::chrono::year{0} && year <= std::chrono::year{9999};
        if (writable && oktail::parse_rfc3339(oktail::rfc3339(*time)) != time) std::abort();
    }
    if (const auto time = oktail::parse_http_date(text)) {
        if (oktail::parse_http_date(oktail::http_date(*time)) != time) std::abort();
    }
    return 0;
}
