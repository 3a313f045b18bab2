#include "simulator/logs_query.hpp"

#include "core/time_text.hpp"
#include "simulator/url_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace oktail::simulator {
namespace {

using Parameters = std::vector<Parameter>;
using std::chrono::days;

constexpr std::array known{"since", "until", "after", "filter", "q", "limit", "sortOrder"};
constexpr days retention{90};
constexpr days oldest_since{180};

/// Okta once mishandled times without milliseconds: strict about them, so that no client gets used to it.
std::optional<UtcTime> time_of(const Parameter& parameter) {
    if (parameter.value.find('.') == std::string::npos) return std::nullopt;
    return parse_rfc3339(parameter.value);
}

class Reader {
public:
    Reader(Org& org, const Request& request, UtcTime now) : org_(org), request_(request), now_(now) {}

    std::variant<LogsQuery, Answer> read() {
        auto parsed = parameters_of(query_of(request_.target));
        if (!parsed) return invalid_parameter(org_.random, "query", "is not validly encoded");
        parameters_ = std::move(*parsed);
        // The first that objects is the answer.
        for (const auto step :
             {&Reader::names, &Reader::limit, &Reader::order, &Reader::words, &Reader::cursor, &Reader::bounds})
            if (auto refusal = (this->*step)()) return std::move(*refusal);
        return std::move(query_);
    }

private:
    using Refusal = std::optional<Answer>;

    /// nullptr if absent; Okta takes empty ones for absent.
    const Parameter* given(std::string_view name) const {
        const Parameter* parameter = find(parameters_, name);
        return parameter && !parameter->value.empty() ? parameter : nullptr;
    }
    Answer invalid(std::string_view name, std::string_view why) { return invalid_parameter(org_.random, name, why); }
    Answer undocumented(const std::string& what) {
        org_.violations.add("undocumented: " + what);
        return invalid("query", what);
    }

    Refusal names() {
        if (has_duplicates(parameters_)) return undocumented("a parameter is there twice");
        const auto is_known = [](const Parameter& p) { return std::ranges::find(known, p.name) != known.end(); };
        if (!std::ranges::all_of(parameters_, is_known)) return undocumented("an unknown parameter");
        return std::nullopt;
    }
    Refusal limit() {
        const Parameter* parameter = given("limit");
        if (!parameter) return std::nullopt;
        const char* end = parameter->value.data() + parameter->value.size();
        const auto [stop, ec] = std::from_chars(parameter->value.data(), end, query_.limit);
        if (ec != std::errc() || stop != end || query_.limit > 1000)
            return invalid("limit", "must be an integer from 0 to 1000");
        if (query_.limit == 0) return undocumented("limit is 0");
        return std::nullopt;
    }
    Refusal order() {
        const Parameter* parameter = given("sortOrder");
        if (!parameter || parameter->value == "ASCENDING") return std::nullopt;
        if (parameter->value != "DESCENDING") return invalid("sortOrder", "must be ASCENDING or DESCENDING");
        query_.descending = true;
        return std::nullopt;
    }
    Refusal words() {
        if (given("q")) return okta_error(org_.random, 501, "E0000060", "Unsupported operation.");
        const Parameter* parameter = given("filter");
        if (!parameter) return std::nullopt;
        query_.filter = ScimFilter::parse(parameter->value);
        if (!query_.filter) return okta_error(org_.random, 400, "E0000053", "Invalid filter '" + parameter->value + "'");
        return std::nullopt;
    }
    Refusal cursor() {
        const Parameter* parameter = find(parameters_, "after");
        if (!parameter) return std::nullopt;
        const std::string_view target = request_.target;
        const auto begin = static_cast<std::size_t>(parameter->raw.data() - target.data());
        query_.after = org_.seal.open(parameter->raw, target.substr(0, begin), target.substr(begin + parameter->raw.size()));
        if (query_.after) return std::nullopt;
        org_.violations.add("a next link was not followed byte for byte, or its cursor was made up");
        return invalid("after", "is not valid");
    }
    Refusal bounds() {
        const Parameter* since = given("since");
        const Parameter* until = given("until");
        if (until && !since) return undocumented("until without since");
        if (query_.descending && !until) return undocumented("DESCENDING without until");
        if (until) {
            query_.until = time_of(*until);
            if (!query_.until) return invalid("until", "must be a valid date-time or empty");
        }
        query_.since = now_ - days(7);
        if (since) {
            const auto time = time_of(*since);
            if (!time) return invalid("since", "must be a valid date-time");
            if (*time > now_) return undocumented("since is in the future");
            if (query_.until && *time >= *query_.until) return undocumented("since is not before until");
            if (*time < now_ - oldest_since && !query_.after)
                return okta_error(org_.random, 400, "E0000053",
                                  "The since parameter is over 180 days prior to the current day.");
            query_.since = *time;
        }
        query_.since = std::max(query_.since, now_ - retention);
        return std::nullopt;
    }

    Org& org_;
    const Request& request_;
    UtcTime now_;
    Parameters parameters_;
    LogsQuery query_;
};

/// The same parameters turned round, colons left alone, an empty one added: all of it was seen.
std::string reordered(std::string_view target) {
    std::string query;
    for (std::string_view rest = query_of(target); !rest.empty();) {
        const std::string_view item = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), item.size() + 1));
        query.insert(0, "&" + std::string(item));
    }
    for (std::size_t at = 0; (at = query.find("%3A", at)) != std::string::npos;) query.replace(at, 3, ":");
    return query + "&q=";
}

}  // namespace

std::variant<LogsQuery, Answer> read_logs_query(Org& org, const Request& request, UtcTime now) {
    return Reader(org, request, now).read();
}

std::string next_target(const Org& org, std::string_view target, Cursor cursor) {
    std::string before;
    std::string behind;
    const std::size_t found = std::min(target.find("?after="), target.find("&after="));
    if (found != std::string_view::npos) {
        const std::size_t begin = found + std::string_view("?after=").size();
        before = target.substr(0, begin);
        behind = target.substr(std::min(target.size(), target.find('&', begin)));
    } else if (org.options.links == LinkStyle::reordered) {
        before = std::string(path_of(target)) + "?after=";
        behind = reordered(target);
    } else {
        before = std::string(target) + (query_of(target).empty() ? "?after=" : "&after=");
    }
    return before + org.seal.seal(cursor, before, behind) + behind;
}

}  // namespace oktail::simulator
