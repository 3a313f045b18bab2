#include "core/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace oktail {
namespace {

using namespace std::chrono;

constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// Reads fixed text from the front; any mismatch makes all that follows fail.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) ok_ = false;
        for (std::size_t i = 0; ok_ && i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
            value = value * 10 + (rest_[i] - '0');
        }
        if (ok_) rest_.remove_prefix(count);
        return ok_ ? value : 0;
    }
    void text(std::string_view expected) {
        if (ok_ && rest_.starts_with(expected)) rest_.remove_prefix(expected.size());
        else ok_ = false;
    }
    bool take(std::string_view any_of) {
        if (!ok_ || rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        taken_ = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }
    char taken() const { return taken_; }
    template <std::size_t n>
    int name(const std::array<const char*, n>& names) {
        for (std::size_t i = 0; i < n; ++i)
            if (ok_ && rest_.starts_with(names[i])) {
                rest_.remove_prefix(3);
                return static_cast<int>(i);
            }
        ok_ = false;
        return 0;
    }
    void fail() { ok_ = false; }
    bool done() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    char taken_ = 0;
    bool ok_ = true;
};

std::optional<UtcTime> point(int y, int mo, int d, int h, int mi, int s, int ms, minutes offset) {
    const auto date = year{y} / month{static_cast<unsigned>(mo)} / day{static_cast<unsigned>(d)};
    if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
    return sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms} - offset;
}

std::tm broken_down(UtcTime time) {
    // Not to_time_t(): it goes by nanoseconds, which end in 2262, and a peer may send any year.
    const std::time_t t = floor<seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&t, &parts);
    return parts;
}

}  // namespace

std::string rfc3339(UtcTime time) {
    const std::tm t = broken_down(time);
    const auto ms = (time - floor<seconds>(time)).count();
    std::array<char, 64> out{};
    const int n = std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1,
                                t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, static_cast<int>(ms));
    return {out.data(), static_cast<std::size_t>(n)};
}

std::optional<UtcTime> parse_rfc3339(std::string_view text) noexcept {
    Reader in(text);
    const int y = in.digits(4);
    in.text("-");
    const int mo = in.digits(2);
    in.text("-");
    const int d = in.digits(2);
    if (!in.take("Tt")) in.fail();
    const int h = in.digits(2);
    in.text(":");
    const int mi = in.digits(2);
    in.text(":");
    const int s = in.digits(2);
    int ms = 0;
    if (in.take(".")) {
        int scale = 100;
        bool any = false;
        for (; in.take("0123456789"); scale /= 10, any = true) ms += (in.taken() - '0') * scale;
        if (!any) in.fail();
    }
    minutes offset{0};
    if (in.take("+-")) {
        const int sign = in.taken() == '-' ? -1 : 1;
        const int oh = in.digits(2);
        in.text(":");
        const int om = in.digits(2);
        if (oh > 23 || om > 59) in.fail();
        offset = minutes{sign * (oh * 60 + om)};
    } else if (!in.take("Zz")) {
        in.fail();
    }
    if (!in.done()) return std::nullopt;
    return point(y, mo, d, h, mi, s, ms, offset);
}

std::optional<UtcTime> parse_http_date(std::string_view text) noexcept {
    Reader in(text);
    in.name(weekdays);
    in.text(", ");
    const int d = in.digits(2);
    in.text(" ");
    const int mo = in.name(months) + 1;
    in.text(" ");
    const int y = in.digits(4);
    in.text(" ");
    const int h = in.digits(2);
    in.text(":");
    const int mi = in.digits(2);
    in.text(":");
    const int s = in.digits(2);
    in.text(" GMT");
    if (!in.done()) return std::nullopt;
    return point(y, mo, d, h, mi, s, 0, minutes{0});
}

std::string http_date(UtcTime time) {
    const std::tm t = broken_down(time);
    std::array<char, 64> out{};
    const int n = std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                weekdays[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                                months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    return {out.data(), static_cast<std::size_t>(n)};
}

std::string format_utc(const std::string& pattern, UtcTime time) {
    if (pattern.empty()) return {};
    const std::tm t = broken_down(time);
    std::string out(pattern.size() * 4 + 64, '\0');
    // 0 means "too small" or "empty": one byte more in the pattern tells them apart.
    const std::string marked = pattern + ".";
    std::size_t n = 0;
    while ((n = std::strftime(out.data(), out.size(), marked.c_str(), &t)) == 0) out.resize(out.size() * 2);
    out.resize(n - 1);
    return out;
}

}  // namespace oktail
