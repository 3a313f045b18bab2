#include "simulation/world.hpp"

#include "core/time_text.hpp"

#include <cstdio>

namespace oktail {
namespace {

using simulator::Random;

constexpr std::uint64_t prime = 0x100000001b3U;

EventFilter some_filter(Random& random) {
    switch (random.below(4)) {
        case 0: return EventFilter({"user.*"}, {});
        case 1: return EventFilter({}, {"policy.*"});
        default: return {};
    }
}

}  // namespace

simulator::Options World::options(std::uint64_t seed) {
    Random random(seed ^ 0x6f6b7461U);
    simulator::Options all;
    all.seed = seed;
    all.start = SimulatedClock::begin_utc;
    all.token_lifetime = std::chrono::seconds(random.happens(0.3) ? 300 : 3'600);
    const std::uint64_t count = 1 + random.below(2);
    for (std::uint64_t i = 0; i < count; ++i) {
        simulator::OrgOptions org;
        org.host = (i == 0 ? "acme" : "globex") + std::string(".okta.com");
        org.limit = 20 + random.below(400);
        org.cursor = static_cast<simulator::CursorStyle>(random.below(3));
        org.empty_next = static_cast<simulator::EmptyNext>(random.below(3));
        org.links = static_cast<simulator::LinkStyle>(random.below(3));
        org.dpop = random.happens(0.5);
        all.orgs.push_back(std::move(org));
    }
    return all;
}

World::World(std::uint64_t seed) : seed(seed), random(seed), okta(options(seed)) {
    for (const auto& [host, org] : okta.orgs()) hosts.push_back(host);
    for (const std::string& host : hosts) {
        clients_[host] = org(host).clients.find(org(host).client_id);
        secrets[host] = {client(host).secrets.front().text, "the-next-one-of-" + host};
        const std::string tenant = host.substr(0, host.find('.'));
        const std::uint64_t kinds = 1 + random.below(3);  // exactly once, at least once, or both
        if (kinds & 1U) routes.push_back({RouteId(tenant, "exact"), true, some_filter(random)});
        if (kinds & 2U) routes.push_back({RouteId(tenant, "plain"), false, some_filter(random)});
    }
}

void World::move() {
    io.restart();
    io.poll();
}

void World::run_until(SteadyTime end) {
    for (move(); clock.now() < end; move()) clock.move_on(end);
}

void World::run_out(const TaskGroup& tasks, std::chrono::milliseconds patience) {
    const SteadyTime end = clock.now() + patience;
    for (move(); !tasks.empty() && clock.now() < end; move()) clock.move_on(end);
}

void World::calamity(const std::string& where, const std::string& what, double probability) {
    note(what, where, static_cast<std::uint64_t>(probability * 100));
    calamities_[{where, what}] = probability;
}

bool World::is_on(const std::string& where, const std::string& what) const {
    const auto found = calamities_.find({where, what});
    return found != calamities_.end() && found->second > 0;
}

bool World::strikes(const std::string& where, const std::string& what) {
    if (!is_on(where, what) || !random.happens(calamities_.at({where, what}))) return false;
    count(what);
    return true;
}

void World::count(const std::string& what) {
    ++struck[what];
    note("strikes:", what);
}

void World::note(std::string_view what, std::string_view about, std::uint64_t number) {
    const auto add = [this](std::uint64_t value) { trace = (trace ^ value) * prime; };
    add(static_cast<std::uint64_t>(clock.now().time_since_epoch().count()));
    add(simulator::hash_of(what));
    add(simulator::hash_of(about));
    add(number);
    if (is_told)
        std::printf("%s %.*s %.*s %llu\n", rfc3339(clock.true_time()).c_str(), static_cast<int>(what.size()), what.data(),
                    static_cast<int>(about.size()), about.data(), static_cast<unsigned long long>(number));
}

void World::happens(const std::string& host, std::chrono::milliseconds ago, bool oversized, bool poison) {
    static constexpr std::array types{"user.session.start", "user.session.end", "policy.evaluate_sign_on",
                                      "system.api_token.create"};
    char uuid[40];
    std::snprintf(uuid, sizeof uuid, "00000000-0000-4000-8000-%012llu", static_cast<unsigned long long>(++events_));
    TrueEvent event;
    event.type = types[random.below(types.size())];
    event.oversized = oversized;
    event.poison = poison;
    const UtcTime now = clock.true_time();
    const UtcTime published = now - ago;
    event.json = R"({"uuid":")" + std::string(uuid) + R"(","published":")" + rfc3339(published) + R"(","eventType":")" +
                 event.type + '"';
    if (poison) event.json += R"(,"poison":true)";
    if (oversized) event.json += R"(,"text":")" + std::string(simulated_max_event, 'x') + '"';
    event.json += '}';
    org(host).log.persist(now, simulator::GivenEvent{uuid, published, event.json});
    truth_[host].push_back(std::move(event));
}

std::chrono::milliseconds World::between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    return least + std::chrono::milliseconds(random.below(static_cast<std::uint64_t>((most - least).count()) + 1));
}

}  // namespace oktail
