#include "app/dead_letters_text.hpp"

#include "admin/text_table.hpp"
#include "core/time_text.hpp"
#include "route/dead_letter.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace oktail {
namespace {

namespace json = boost::json;

constexpr std::size_t reason_width = 60;

std::string time_text(UtcTime time) { return time == UtcTime() ? "-" : rfc3339(time); }

/// The most frequent one, and how many others there are.
std::string reasons_text(const std::map<std::string, std::size_t>& reasons) {
    if (reasons.empty()) return "-";
    const auto most = std::ranges::max_element(reasons, {}, [](const auto& reason) { return reason.second; });
    const std::string others =
        reasons.size() == 1 ? ""
                            : " (and " + std::to_string(reasons.size() - 1) + (reasons.size() == 2 ? " other)" : " others)");
    return cut(most->first, reason_width) + others;
}

}  // namespace

void DeadLettersSummary::add(std::string_view text) {
    bytes += text.size();
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto letter = parse_dead_letter(line);
        if (!letter) {
            ++torn;
            continue;
        }
        oldest = letters == 0 ? letter->time : std::min(oldest, letter->time);
        newest = std::max(newest, letter->time);
        ++letters;
        ++reasons[letter->reason];
    }
}

std::string dead_letters_table(const std::vector<DeadLettersSummary>& all) {
    if (all.empty()) return "no dead letters\n";
    TextTable table({{"TENANT"}, {"SINK"}, {"LETTERS"}, {"BYTES"}, {"OLDEST"}, {"NEWEST"}, {"REASON"}});
    for (const DeadLettersSummary& one : all)
        table.add({{one.route.tenant()},
                   {one.route.sink()},
                   {std::to_string(one.letters)},
                   {std::to_string(one.bytes)},
                   {time_text(one.oldest)},
                   {time_text(one.newest)},
                   {reasons_text(one.reasons)}});
    return table.text(0, false);
}

std::string dead_letters_json(const std::vector<DeadLettersSummary>& all) {
    json::array routes;
    for (const DeadLettersSummary& one : all) {
        json::object reasons;
        for (const auto& [reason, count] : one.reasons) reasons[reason] = count;
        json::object route;
        route["tenant"] = one.route.tenant();
        route["sink"] = one.route.sink();
        route["letters"] = one.letters;
        route["torn"] = one.torn;
        route["bytes"] = one.bytes;
        route["oldest"] = one.letters == 0 ? json::value() : json::value(rfc3339(one.oldest));
        route["newest"] = one.letters == 0 ? json::value() : json::value(rfc3339(one.newest));
        route["reasons"] = std::move(reasons);
        routes.emplace_back(std::move(route));
    }
    return json::serialize(routes);
}

std::string replayed_text(const RouteId& route, const Replayed& replayed) {
    std::string text = route.tenant() + '/' + route.sink() + ": " + std::to_string(replayed.delivered) + " delivered, " +
                       std::to_string(replayed.refused) + " refused again";
    if (replayed.ended) text += "; then it ended: " + replayed.ended->what();
    return text + '\n';
}

}  // namespace oktail
