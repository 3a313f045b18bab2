#include "simulator/event_maker.hpp"

#include "core/assert.hpp"
#include "core/time_text.hpp"
#include "simulator/event_layouts.hpp"
#include "simulator/event_pools.hpp"
#include "simulator/event_types.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace oktail::simulator {

enum class EventMaker::Slot : std::uint8_t {
    uuid,
    published,
    person,
    name,
    login,
    other,
    agent,
    device_kind,
    place,
    network,
    ip,
    app,
    app_name,
    app_slug,
    group,
    factor,
    hostname,
    id,
    session,
    request,
    trace,
    hash,
    blob,
    small,
    hextet,
    sign,
    huge,
    none,
};

namespace {

template <class Pool>
const auto& one_of(const Pool& pool, std::uint64_t noise) {
    return pool[noise % pool.size()];
}

void append_hex(std::string& out, std::uint64_t value, int digits) {
    constexpr char hex[] = "0123456789abcdef";
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += hex[(value >> static_cast<unsigned>(shift)) & 15U];
}

/// A layout in one line, its type and outcome filled in.
std::string one_line(std::string_view text, const EventType& type, bool bad) {
    const auto fixed = [&](std::string_view slot) -> std::string {
        if (slot == "type") return std::string(type.name);
        if (slot == "message") return std::string(type.message);
        if (slot == "severity") return std::string(bad ? type.bad_severity : type.severity);
        if (slot == "result") return std::string(bad ? type.bad_result : type.result);
        if (slot == "reason") return bad ? "\"" + std::string(type.reason) + "\"" : "null";
        if (slot == "legacy") return "\"core." + std::string(type.name) + "\"";
        return "%" + std::string(slot) + "%";
    };
    std::string out;
    while (!text.empty()) {
        if (text.front() == '\n') {
            text.remove_prefix(1);
            continue;
        }
        if (text.front() != '%') {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        const std::size_t end = text.find('%', 1);
        const std::string_view slot = text.substr(1, end - 1);
        const bool is_slot = slot.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
        out += is_slot ? fixed(slot) : "%";
        text.remove_prefix(is_slot ? end + 1 : 1);
    }
    return out;
}

/// One outcome in six is the other one.
constexpr unsigned good_outcomes = 5;

}  // namespace

EventMaker::EventMaker(std::uint64_t seed, std::size_t huge_every, std::size_t huge_size)
    : seed_(seed), huge_every_(huge_every) {
    add_people(Random(seed));
    if (huge_every_ != 0)
        while (huge_text_.size() < huge_size) Random(seed + huge_text_.size()).append_id(huge_text_, 64);
}

void EventMaker::add_people(Random random) {
    for (int i = 0; i < 500; ++i) {
        const std::string name =
            std::string(one_of(pools::given_names, random.next())) + " " + one_of(pools::family_names, random.next());
        std::array<char, 48> login{};
        std::snprintf(login.data(), login.size(), "user%03d@fabrikam.example", i);
        people_.push_back({random.id("00u", 17), name, login.data()});
    }
}

EventMaker::Catalogue::Catalogue() {
    for (const EventType& type : event_types()) {
        for (unsigned variant = 0; variant < layout_variants; ++variant) {
            const std::string_view text = layout_text(type.layout, variant);
            const bool has_other = !type.bad_result.empty();
            const auto good = static_cast<std::uint16_t>(templates.size());
            templates.push_back(compiled(one_line(text, type, false)));
            if (has_other) templates.push_back(compiled(one_line(text, type, true)));
            for (unsigned i = 0; i < type.weight * (good_outcomes + 1); ++i) {
                const bool other = has_other && i % (good_outcomes + 1) == good_outcomes;
                tickets.push_back(static_cast<std::uint16_t>(good + (other ? 1 : 0)));
            }
        }
    }
}

const EventMaker::Catalogue& EventMaker::catalogue() {
    static const Catalogue all;
    return all;
}

EventMaker::Template EventMaker::compiled(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, Slot>, 26> names{{
        {"uuid", Slot::uuid},
        {"published", Slot::published},
        {"person", Slot::person},
        {"name", Slot::name},
        {"login", Slot::login},
        {"other", Slot::other},
        {"agent", Slot::agent},
        {"device_kind", Slot::device_kind},
        {"place", Slot::place},
        {"network", Slot::network},
        {"ip", Slot::ip},
        {"app", Slot::app},
        {"app_name", Slot::app_name},
        {"app_slug", Slot::app_slug},
        {"group", Slot::group},
        {"factor", Slot::factor},
        {"hostname", Slot::hostname},
        {"id", Slot::id},
        {"session", Slot::session},
        {"request", Slot::request},
        {"trace", Slot::trace},
        {"hash", Slot::hash},
        {"blob", Slot::blob},
        {"small", Slot::small},
        {"hextet", Slot::hextet},
        {"sign", Slot::sign},
    }};
    Template pieces;
    std::string literal;
    const auto close = [&](Slot slot) { pieces.push_back({std::exchange(literal, {}), slot}); };
    while (!text.empty()) {
        const std::string_view rest = text.substr(1);
        const auto is_here = [rest](const auto& each) {
            return rest.starts_with(each.first) && rest.substr(each.first.size()).starts_with('%');
        };
        const auto found = text.front() == '%' ? std::ranges::find_if(names, is_here) : names.end();
        if (found != names.end()) {
            close(found->second);
            text.remove_prefix(found->first.size() + 2);
            continue;
        }
        literal += text.front();
        if (text.front() == '{' && literal.ends_with("\"debugData\":{")) close(Slot::huge);
        text.remove_prefix(1);
    }
    close(Slot::none);
    return pieces;
}

void EventMaker::append(std::string& out, std::uint64_t index, UtcTime published) const {
    const Event event{Random(seed_ ^ (index * 0x9e3779b97f4a7c15U)).next(), index, published, rfc3339(published)};
    const Catalogue& all = catalogue();
    for (const Piece& piece : all.templates[one_of(all.tickets, event.noise)]) {
        out += piece.text;
        fill(out, piece.slot, event);
    }
}

std::string EventMaker::uuid(std::uint64_t index, UtcTime published) const {
    // 100 ns since 1582-10-15; the last digits, the sequence and the node come from the index, so that no two are equal.
    const auto since_1970 = static_cast<std::uint64_t>(published.time_since_epoch().count());
    const std::uint64_t ticks = (since_1970 + 12'219'292'800'000U) * 10'000U + index % 10'000U;
    std::string out;
    out.reserve(36);
    append_hex(out, ticks & 0xffffffffU, 8);
    out += '-';
    append_hex(out, (ticks >> 32U) & 0xffffU, 4);
    out += '-';
    append_hex(out, 0x1000U | ((ticks >> 48U) & 0x0fffU), 4);
    out += '-';
    append_hex(out, 0x8000U | (seed_ & 0x3fffU), 4);
    out += '-';
    append_hex(out, ((seed_ >> 14U) & 0xffffU) << 32U | (index & 0xffffffffU), 12);
    return out;
}

void EventMaker::fill(std::string& out, Slot slot, const Event& event) const {
    // A slot has the same value wherever it stands in one event.
    Random random(event.noise ^ (static_cast<std::uint64_t>(slot) << 32U));
    const auto describe = [&out](const Person& who) {
        out.append("\"id\":\"").append(who.id).append("\",\"type\":\"User\",\"alternateId\":\"").append(who.login);
        out.append("\",\"displayName\":\"").append(who.name).append("\"");
    };
    const std::uint64_t app = event.noise >> 20U;
    const std::uint64_t place = event.noise >> 24U;
    switch (slot) {
        case Slot::uuid: out += uuid(event.index, event.published); break;
        case Slot::published: out += event.published_text; break;
        case Slot::person: describe(person(event.noise)); break;
        case Slot::name: out += person(event.noise).name; break;
        case Slot::login: out += person(event.noise).login; break;
        case Slot::other: describe(person(event.noise >> 16U)); break;
        case Slot::agent: out += one_of(pools::agents, random.next()); break;
        case Slot::device_kind: out += random.below(3) == 0 ? "\"device\":\"Mobile\"" : "\"device\":\"Computer\""; break;
        case Slot::place: out += one_of(pools::places, place).json; break;
        case Slot::network: out += one_of(pools::places, place).network; break;
        case Slot::ip: out.append("203.0.113.").append(std::to_string(random.below(254) + 1)); break;
        case Slot::app:
            out.append("\"id\":\"").append(random.id("0oa", 17)).append("\",\"type\":\"AppInstance\",\"alternateId\":\"");
            out.append(one_of(pools::apps, app).name)
                .append("\",\"displayName\":\"")
                .append(one_of(pools::apps, app).name)
                .append("\"");
            break;
        case Slot::app_name: out += one_of(pools::apps, app).name; break;
        case Slot::app_slug: out += one_of(pools::apps, app).slug; break;
        case Slot::group: out += one_of(pools::groups, random.next()); break;
        case Slot::factor: out += one_of(pools::factors, random.next()); break;
        case Slot::hostname: out.append("LT-").append(std::to_string(random.below(90'000) + 10'000)); break;
        case Slot::id: random.append_id(out, 17); break;
        case Slot::session: random.append_id(out, 22); break;
        case Slot::request: random.append_id(out, 27); break;
        case Slot::trace: append_hex(out, random.next(), 16); break;
        case Slot::hash:
            for (int i = 0; i < 4; ++i) append_hex(out, random.next(), 16);
            break;
        case Slot::blob: random.append_id(out, 48); break;
        case Slot::small: out += std::to_string(random.below(900) + 100); break;
        case Slot::hextet: append_hex(out, random.below(0x8000) + 0x1000, 4); break;
        case Slot::sign: out += random.below(8) == 0 ? "POSITIVE" : "NEGATIVE"; break;
        case Slot::huge:
            if (huge_every_ != 0 && event.index % huge_every_ == huge_every_ - 1)
                out.append("\"dump\":\"").append(huge_text_).append("\",");
            break;
        case Slot::none: break;
    }
}

}  // namespace oktail::simulator
