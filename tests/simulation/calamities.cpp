#include "simulation/calamities.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What befalls the network, a sink or the state is asked for where it would be felt, under the same name.
constexpr std::array of_the_network{"connection refused", "silence", "reset before the answer", "cut answer", "flipped bit"};
constexpr std::array of_a_sink{"sink is down", "slow sink", "sink takes a part", "sink does not open"};
constexpr std::string_view of_the_state = "state's disk is full";

/// What befalls Okta's answers is the simulator's: the beginning of a fault, whose rest says whom and when.
constexpr std::array of_okta{
    R"("endpoint":"logs","do":"answer","status":500,"body":"<html>")",
    R"("endpoint":"logs","do":"answer","status":302,"headers":[["Location","https://evil.example/"]])",
    R"("endpoint":"logs","do":"answer","status":500,"body":"{\"errorCode\":\"E0000009\"}")",
    R"("endpoint":"logs","do":"rate_limit","reset_in":40)",
    R"("endpoint":"logs","do":"concurrency")",
    R"("endpoint":"logs","do":"token_expired")",
    R"("endpoint":"logs","do":"token_invalid")",
    R"("endpoint":"logs","do":"token_unknown")",
    R"("endpoint":"logs","do":"scope_missing")",
    R"("endpoint":"logs","do":"role_missing")",
    R"("endpoint":"token","do":"overloaded")",
    R"("endpoint":"token","do":"rate_limit","reset_in":20)",
    R"("endpoint":"token","do":"answer","status":503,"body":"<html>")",
    R"("endpoint":"token","do":"token_fields","set":{"expires_in":-1})",
    R"("do":"reset")",
    R"("endpoint":"logs","do":"reset_in_body","after":50)",
    R"("endpoint":"logs","do":"cut_gzip","bytes":9)",
    R"("endpoint":"logs","do":"wrong_length","missing":7)",
    R"("do":"stall","seconds":35)",
    R"("do":"black_hole")",
    R"("endpoint":"logs","do":"slow","piece":16,"pause_ms":200)",
    R"("endpoint":"logs","do":"chunked","piece":64)",
    R"("do":"close_after")",
    R"("endpoint":"logs","do":"short_page","length":3)",
    R"("endpoint":"logs","do":"repeat_events","count":5)",
    R"("endpoint":"logs","do":"insert_event","text":"{\"uuid\":\"torn\",\"text\":\"torn\nline\"}")",
    R"("endpoint":"logs","do":"wrong_body","body":"{}")",
    R"("endpoint":"logs","do":"cursor_refused")",
    R"("endpoint":"logs","do":"no_next")",
    R"("endpoint":"logs","do":"next_link")",
};

std::string name_of(std::string_view fault) {
    const std::size_t begin = fault.find("\"do\":\"") + 6;
    return "okta: " + std::string(fault.substr(begin, fault.find('"', begin) - begin));
}

/// Draws one calamity after the other.
class Draw {
public:
    Draw(World& world, std::chrono::minutes span) : world_(world), span_(span), end_(world.clock.now() + span) {}

    std::vector<Calamity> all() {
        events();
        const std::uint64_t count = 4 + world_.random.below(20);
        for (std::uint64_t i = 0; i < count; ++i) one();
        std::ranges::stable_sort(drawn_, {}, &Calamity::at);
        return std::move(drawn_);
    }

private:
    SteadyTime some_time() { return world_.clock.now() + world_.between(0ms, span_); }
    const std::string& some_host() { return world_.hosts[world_.random.below(world_.hosts.size())]; }
    double some_probability() {
        return world_.random.happens(0.4) ? 1.0 : 0.05 + 0.01 * static_cast<double>(world_.random.below(90));
    }
    milliseconds some_while() { return world_.random.happens(0.5) ? world_.between(1s, 60s) : world_.between(60s, 600s); }

    void at(SteadyTime when, std::function<void(Lives&)> act) { drawn_.emplace_back(when, std::move(act)); }
    /// Begins at some time and ends a while later.
    void window(std::function<void(Lives&)> begin, std::function<void(Lives&)> end) {
        const SteadyTime from = some_time();
        at(from, std::move(begin));
        at(std::min(from + some_while(), end_), std::move(end));
    }

    /// In each org: a few now and then, some of them late, too large or poisonous, and a backlog or two.
    void events() {
        for (const std::string& host : world_.hosts) {
            for (SteadyTime when = world_.clock.now(); when < end_; when += world_.between(1s, 90s))
                at(when, [host, count = 1 + world_.random.below(4)](Lives& lives) {
                    for (std::uint64_t i = 0; i < count; ++i) persist_one(lives.world, host);
                });
            for (std::uint64_t i = world_.random.below(3); i != 0; --i)
                at(some_time(), [host, count = 200 + world_.random.below(2'000)](Lives& lives) {
                    for (std::uint64_t n = 0; n < count; ++n) lives.world.happens(host, 1s);
                    lives.world.count("burst of events");
                });
        }
    }
    static void persist_one(World& world, const std::string& host) {
        const bool late = world.random.happens(0.05);
        const bool oversized = world.random.happens(0.02);
        const bool poison = world.random.happens(0.02);
        if (late) world.count("late event");
        if (oversized) world.count("oversized event");
        world.happens(host, late ? milliseconds(40min) : world.between(0ms, 2s), oversized, poison);
    }

    void one() {
        switch (world_.random.below(24)) {
            case 0:
            case 1:
            case 2: return trouble(some_host(), of_the_network[world_.random.below(of_the_network.size())]);
            case 3:
            case 4:
                return trouble(world_.random.happens(0.5) ? "exact" : "plain",
                               of_a_sink[world_.random.below(of_a_sink.size())]);
            case 5: return trouble("state", std::string(of_the_state));
            case 6: return at(some_time(), kill);
            case 7: return at(some_time(), stop_and_start);
            case 8: return at(some_time(), restart_a_route);
            case 9: return at(some_time(), [host = some_host()](Lives& lives) { revoke(lives, host); });
            case 10: return at(some_time(), [host = some_host()](Lives& lives) { rotate(lives, host); });
            case 11: return without(some_host(), "not installed", &simulator::Client::installed);
            case 12: return limit_lowered(some_host());
            case 13: return at(some_time(), step_the_wall_clock);
            case 14: return memory_taken();
            case 15:
            case 16: return at(some_time(), [host = some_host()](Lives& lives) { forget_cursors(lives, host); });
            case 17: return at(some_time(), [host = some_host()](Lives& lives) { switch_dpop(lives, host); });
            case 18: return at(some_time(), [host = some_host()](Lives& lives) { forget_nonces(lives, host); });
            default: return okta_trouble(of_okta[world_.random.below(of_okta.size())]);
        }
    }

    void trouble(const std::string& where, const std::string& what) {
        window([where, what, p = some_probability()](Lives& lives) { lives.world.calamity(where, what, p); },
               [where, what](Lives& lives) { lives.world.calamity(where, what, 0); });
    }
    void okta_trouble(std::string_view fault) {
        const std::string host = some_host();
        const std::string whom = R"({"org":")" + host + R"(","probability":)" + std::to_string(some_probability());
        const std::string until = R"(,"until_s":)" + std::to_string(std::chrono::duration_cast<seconds>(some_while()).count());
        const bool of_tokens = fault.find("\"token\"") != std::string_view::npos;  // which are seldom asked for by themselves
        at(some_time(), [json = whom + until + ',' + std::string(fault) + '}', host, of_tokens](Lives& lives) {
            lives.world.note("fault", json);
            if (!lives.world.okta.faults().add(json, lives.world.clock.true_time())) lives.world.wrong("no fault: " + json);
            if (of_tokens) lives.world.org(host).clients.revoke_tokens();
        });
    }
    void without(const std::string& host, const std::string& name, bool simulator::Client::* what) {
        window(
            [host, name, what](Lives& lives) {
                lives.world.client(host).*what = false;
                lives.world.count(name);
            },
            [host, what](Lives& lives) { lives.world.client(host).*what = true; });
    }
    void limit_lowered(const std::string& host) {
        const std::uint64_t usual = world_.org(host).options.limit;
        window(
            [host](Lives& lives) {
                lives.world.org(host).logs_window.set_limit(1 + lives.world.random.below(6));
                lives.world.count("limit lowered");
            },
            [host, usual](Lives& lives) { lives.world.org(host).logs_window.set_limit(usual); });
    }
    void memory_taken() {
        window(
            [](Lives& lives) {
                lives.world.taken = lives.world.memory.try_reserve(lives.world.memory.limit() - lives.world.memory.used());
                lives.world.count("memory taken");
            },
            [](Lives& lives) { lives.world.taken.release(); });
    }

    static void kill(Lives& lives) {
        lives.world.count("killed");
        lives.life->kill();
        rest(lives);
    }
    static void stop_and_start(Lives& lives) {
        lives.world.count("stopped and started");
        lives.life->stop();
        rest(lives);
    }
    static void rest(Lives& lives) {
        lives.life.reset();
        lives.world.run_until(lives.world.clock.now() + lives.world.between(1s, 120s));
        lives.life.emplace(lives.world);
    }
    static void restart_a_route(Lives& lives) {
        lives.world.count("route restarted");
        lives.life->restart(lives.world.routes[lives.world.random.below(lives.world.routes.size())].id);
    }
    static void revoke(Lives& lives, const std::string& host) {
        lives.world.count("tokens revoked");
        lives.world.org(host).clients.revoke_tokens();
    }
    /// Tokens that were given before stay what they are; half of the time they go.
    static void switch_dpop(Lives& lives, const std::string& host) {
        lives.world.count("DPoP switched");
        auto& client = lives.world.client(host);
        client.wants_dpop = !client.wants_dpop;
        if (lives.world.random.happens(0.5)) lives.world.org(host).clients.revoke_tokens();
    }
    static void forget_nonces(Lives& lives, const std::string& host) {
        lives.world.count("nonces forgotten");
        lives.world.org(host).nonces.void_all();
        lives.world.org(host).clients.revoke_tokens();
    }
    /// Okta's side first; ours has both secrets already.
    static void rotate(Lives& lives, const std::string& host) {
        lives.world.count("secret rotated");
        auto& active = lives.world.client(host).secrets.front().text;
        const auto& both = lives.world.secrets.at(host);
        active = active == both[0] ? both[1] : both[0];
        lives.world.org(host).clients.revoke_tokens();
        if (lives.world.random.happens(0.5)) lives.life->credentials_changed();
    }
    /// Okta knows none of them any more, ever.
    static void forget_cursors(Lives& lives, const std::string& host) {
        lives.world.count("cursors forgotten");
        lives.world.has_forgotten_cursors = true;
        auto& org = lives.world.org(host);
        org.seal = simulator::CursorSeal(lives.world.random.id("", 32), org.options.cursor);
    }
    static void step_the_wall_clock(Lives& lives) {
        lives.world.count("wall clock stepped");
        lives.world.clock.step_utc(lives.world.between(0ms, 48h) - milliseconds(24h));
    }

    World& world_;
    milliseconds span_;
    SteadyTime end_;
    std::vector<Calamity> drawn_;
};

}  // namespace

std::vector<Calamity> draw_calamities(World& world, std::chrono::minutes span) { return Draw(world, span).all(); }

std::vector<std::string> kinds_of_calamities() {
    std::vector<std::string> kinds{"cursors forgotten",     "burst of events", "late event",          "oversized event",
                                   "sink refuses an event", "killed",          "stopped and started", "route restarted",
                                   "tokens revoked",        "secret rotated",  "not installed",       "limit lowered",
                                   "wall clock stepped",    "memory taken",    "DPoP switched",       "nonces forgotten"};
    kinds.insert(kinds.end(), of_the_network.begin(), of_the_network.end());
    kinds.insert(kinds.end(), of_a_sink.begin(), of_a_sink.end());
    kinds.emplace_back(of_the_state);
    for (const std::string_view fault : of_okta) kinds.push_back(name_of(fault));
    std::ranges::sort(kinds);
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    return kinds;
}

}  // namespace oktail
