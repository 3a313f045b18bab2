#include "simulation/verdict.hpp"

#include "route/dead_letter.hpp"
#include "route/dead_letters.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <unordered_map>

namespace oktail {
namespace {

constexpr std::size_t most_on_a_page_of_okta = 1'000;

/// What should become of an org's events on a route.
class Expectation {
public:
    Lines lines;
    std::set<std::string> letters;
};

Expectation expectation_of(World& world, const SimulatedRoute& route) {
    Expectation expected;
    for (const TrueEvent& event : world.truth(route.id.tenant() + ".okta.com")) {
        if (!route.filter.passes(event.type)) continue;
        const bool unfit = event.oversized || (event.poison && !route.exactly_once);
        if (unfit) expected.letters.insert(event.json);
        else expected.lines.push_back(event.json);
    }
    return expected;
}

/// Dead letters, and how often each is there.
using Letters = std::map<std::string, int>;

Letters letters_of(World& world, const SimulatedRoute& route) {
    std::ifstream file(world.dir / route.id.tenant() / (route.id.sink() + ".ndjson"));
    Letters letters;
    for (std::string line; std::getline(file, line);) {
        const auto letter = parse_dead_letter(line);
        if (!letter) world.wrong(route.id.tenant() + ": a dead letter that cannot be read: " + line);
        else ++letters[letter->event];
    }
    return letters;
}

/// Each once, where it came first.
Lines first_occurrences(const Lines& lines) {
    std::set<std::string_view> seen;
    Lines first;
    for (const std::string& line : lines)
        if (seen.insert(line).second) first.push_back(line);
    return first;
}

void judge_lines(World& world, const SimulatedRoute& route, const Lines& expected) {
    const Lines& got = world.delivered[route.id];
    const std::string name = route.id.tenant() + '/' + route.id.sink();
    const Lines once = route.exactly_once ? got : first_occurrences(got);
    if (once != expected) {
        const auto at = std::ranges::mismatch(once, expected);
        const auto text = [](const Lines& lines, Lines::const_iterator place) {
            return place == lines.end() ? std::string("nothing") : place->substr(0, 90);
        };
        world.wrong(name + ": " + std::to_string(once.size()) + " events instead of " + std::to_string(expected.size()) + "; " +
                    text(once, at.in1) + " where there should be " + text(expected, at.in2));
    }
    const std::size_t repeated = got.size() - once.size();
    if (repeated > static_cast<std::size_t>(world.hard_ends) * most_on_a_page_of_okta)
        world.wrong(name + ": " + std::to_string(repeated) + " events repeated, and there were " +
                    std::to_string(world.hard_ends) + " hard ends");
}

void judge_letters(World& world, const SimulatedRoute& route, const std::set<std::string>& expected) {
    const std::string name = route.id.tenant() + '/' + route.id.sink();
    const Letters got = letters_of(world, route);
    for (const std::string& event : expected)
        if (!got.contains(event)) world.wrong(name + ": neither delivered nor a dead letter: " + event.substr(0, 120));
    for (const auto& [event, times] : got) {
        const bool made_up = event.find("\"torn\"") != std::string::npos;
        if (!made_up && !expected.contains(event)) world.wrong(name + ": a dead letter without need: " + event.substr(0, 120));
        if (!made_up && times > 1 + world.hard_ends) world.wrong(name + ": a dead letter " + std::to_string(times) + " times");
    }
}

}  // namespace

bool is_all_delivered(World& world) {
    return std::ranges::all_of(world.routes, [&world](const SimulatedRoute& route) {
        const Expectation expected = expectation_of(world, route);
        const Lines& got = world.delivered[route.id];
        const bool has_lines = expected.lines.empty() || std::ranges::find(got, expected.lines.back()) != got.end();
        return has_lines && std::ranges::includes(letters_of(world, route), expected.letters, {}, &Letters::value_type::first);
    });
}

bool is_behind(World& world, std::size_t most_missing) {
    return std::ranges::any_of(world.routes, [&world, most_missing](const SimulatedRoute& route) {
        const Lines expected = expectation_of(world, route).lines;
        return first_occurrences(world.delivered[route.id]).size() + most_missing < expected.size();
    });
}

void judge(World& world) {
    for (const SimulatedRoute& route : world.routes) {
        const Expectation expected = expectation_of(world, route);
        judge_lines(world, route, expected.lines);
        judge_letters(world, route, expected.letters);
    }
    for (const std::string& host : world.hosts)
        for (const auto& [what, count] : world.org(host).violations.counts())
            if (!world.has_forgotten_cursors || what.find("a next link") == std::string::npos) world.wrong(host + ": " + what);
}

}  // namespace oktail
