#include "format/cef.hpp"

#include "unit/format/cef_reader.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <utility>

namespace oktail {
namespace {

namespace json = boost::json;

/// Events that have Okta's names, and under each of them anything.
class RandomEvents {
public:
    explicit RandomEvents(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    json::object event() {
        json::object event;
        for (const char* name : {"uuid", "eventType", "displayMessage", "version", "severity"})
            maybe(event, name, json::string(text()));
        maybe(event, "actor", object({"id", "alternateId", "displayName", "type"}));
        json::object client = object({"ipAddress", "zone"});
        maybe(client, "userAgent", object({"rawUserAgent"}));
        maybe(event, "client", std::move(client));
        maybe(event, "outcome", object({"result", "reason"}));
        maybe(event, "transaction", object({"id"}));
        maybe(event, "authenticationContext", object({"externalSessionId"}));
        maybe(event, "debugContext", json::object{{"debugData", object({"requestUri", "risk", "logOnlySecurityData"})}});
        maybe(event, text(), object({"id"}));
        json::array targets;
        for (std::size_t i = below(4); i != 0; --i) targets.push_back(target());
        maybe(event, "target", std::move(targets));
        return event;
    }

private:
    std::string text() {
        static const std::string pieces[] = {"a",      "b c",    " ",           "=",          "|",
                                             "\\",     "\n",     "\r",          "\t",         std::string(1, '\0'),
                                             "\x1b",   "\x7f",   "\u0085",      "\u00a0",     "\u00eb",
                                             "\u2028", "\u2029", "\u6f22",      "\U0001f600", "\"",
                                             "{",      " suid=", " cs1Label=x", "\\n",        "\\=",
                                             "level="};
        std::string made;
        for (std::size_t i = below(below(200) == 0 ? 2000 : 8); i != 0; --i) made += pieces[below(std::size(pieces))];
        return made;
    }

    json::value odd() {
        switch (below(6)) {
            case 0: return nullptr;
            case 1: return static_cast<std::int64_t>(random_());
            case 2: return 1.5;
            case 3: return json::array{text(), nullptr, json::object{{"id", text()}}};
            case 4: return json::object{{text(), text()}};
            default: return true;
        }
    }

    /// Mostly `value`, sometimes nothing, sometimes what Okta should not send.
    void maybe(json::object& to, std::string_view name, json::value value) {
        const std::size_t chance = below(10);
        if (chance == 0) return;
        to.insert_or_assign(name, chance == 1 ? odd() : std::move(value));
    }

    json::object object(std::initializer_list<const char*> names) {
        json::object made;
        for (const char* name : names) maybe(made, name, json::string(text()));
        return made;
    }

    json::value target() {
        static const char* const types[] = {"User", "AppInstance", "AppUser", "Group"};
        json::object made = object({"id", "alternateId", "displayName"});
        maybe(made, "type", types[below(std::size(types))]);
        return below(8) == 0 ? odd() : json::value(std::move(made));
    }

    std::mt19937 random_;
};

/// What a reader should find, worked out from the tree in the test's own way.
class Expected {
public:
    explicit Expected(const json::object& event) {
        const json::value tree(event);
        add("externalId", at(tree, "/uuid"), 40);
        fields["deviceExternalId"] = "acme";
        fields["dvchost"] = "acme.okta.com";
        add("suser", at(tree, "/actor/alternateId"), 1023);
        add("suid", at(tree, "/actor/id"), 1023);
        add("outcome", at(tree, "/outcome/result"), 63);
        add("reason", at(tree, "/outcome/reason"), 1023);
        add("requestClientApplication", at(tree, "/client/userAgent/rawUserAgent"), 1023);
        add("request", at(tree, "/debugContext/debugData/requestUri"), 1023);
        add("cs1", at(tree, "/transaction/id"), 4000, "transactionId");
        add("cs2", at(tree, "/authenticationContext/externalSessionId"), 4000, "sessionId");
        add("cs5", at(tree, "/client/zone"), 4000, "zone");
        add("cs6", at(tree, "/actor/displayName"), 4000, "actorName");
        bool user = false;
        bool app = false;
        json::error_code none;
        const json::value* targets = tree.find_pointer("/target", none);
        for (std::size_t i = 0; targets && targets->is_array() && i < targets->as_array().size(); ++i) {
            const json::value& target = targets->as_array()[i];
            const std::string type = at(target, "/type");
            if (type == "User" && !std::exchange(user, true)) {
                add("duser", at(target, "/alternateId"), 1023);
                add("duid", at(target, "/id"), 1023);
            }
            if (type == "AppInstance" && !std::exchange(app, true)) add("cs4", at(target, "/displayName"), 4000, "targetApp");
        }
    }

    std::map<std::string, std::string> fields;

    static std::string at(const json::value& tree, std::string_view path) {
        json::error_code none;
        const json::value* found = tree.find_pointer(path, none);
        return found && found->is_string() ? std::string(found->as_string()) : std::string();
    }

    /// Characters, one after the other: a line break that CEF can say stays, any other control character is a space.
    static std::string cleaned(const std::string& text, std::size_t most, bool breaks) {
        std::string made;
        std::size_t end = 0;
        for (std::size_t begin = 0; begin < text.size(); begin = end) {
            end = begin + 1;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) >> 6U) == 2) ++end;
            if (end > most) break;
            const std::string character = text.substr(begin, end - begin);
            const bool said = breaks && (character == "\n" || character == "\r");
            made += said || is_one_line(character) ? character : " ";
        }
        return made;
    }

private:
    void add(const std::string& key, const std::string& value, std::size_t most, const std::string& label = {}) {
        if (value.empty()) return;
        fields[key] = cleaned(value, most, true);
        if (!label.empty()) fields[key + "Label"] = label;
    }
};

/// Boost.JSON refuses what is not UTF-8.
bool is_utf8(std::string_view text) {
    json::error_code error;
    json::parse(json::serialize(json::string(text)), error);
    return !error;
}

class RandomCef : public ::testing::Test {
protected:
    static constexpr unsigned seed = 20'260'105;
    static constexpr int events = 10'000;

    RandomCef() { std::printf("seed %u\n", seed); }

    RandomEvents random{seed};
    Cef cef{"acme.okta.com", "acme"};
};

TEST_F(RandomCef, LinesReadBackAsTheValuesOfTheEvent) {
    for (int i = 0; i < events; ++i) {
        const json::object event = random.event();
        const std::string text = json::serialize(event);
        const std::string line = cef.text(text).value();
        ASSERT_TRUE(is_one_line(line)) << text;
        ASSERT_TRUE(is_utf8(line)) << text;

        ReadCef read = read_cef(line);
        read.fields.erase("cs3");  // the risk level has a test of its own
        read.fields.erase("cs3Label");
        ASSERT_EQ(read.fields, Expected(event).fields) << text;
        const std::string type = Expected::at(event, "/eventType");
        const std::string name = Expected::at(event, "/displayMessage");
        ASSERT_EQ(read.header[4], Expected::cleaned(type, 1023, false)) << text;
        ASSERT_EQ(read.header[5], Expected::cleaned(name.empty() ? type : name, 512, false)) << text;
    }
}

TEST_F(RandomCef, ShortLinesHoldSomeOfTheSameFields) {
    for (int i = 0; i < events / 10; ++i) {
        const std::string text = json::serialize(random.event());
        const std::string line = cef.text(text).value();
        const std::size_t most = random.below(line.size() + 1);
        const auto shortened = cef.text(text, most);
        const ReadCef whole = read_cef(line);
        ASSERT_EQ(shortened.has_value(), whole.header_size <= most) << text;
        if (!shortened) continue;
        ASSERT_LE(shortened->size(), most) << text;
        const ReadCef read = read_cef(*shortened);
        ASSERT_EQ(read.header, whole.header) << text;
        for (const auto& [key, value] : read.fields) ASSERT_EQ(whole.fields.at(key), value) << text;
        for (const std::string& key : read.order) {
            const bool label = key.ends_with("Label");
            ASSERT_TRUE(!label || read.fields.contains(key.substr(0, key.size() - 5))) << text;
        }
    }
}

}  // namespace
}  // namespace oktail
