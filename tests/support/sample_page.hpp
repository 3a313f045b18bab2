#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace oktail {

/// Made-up events in the shape and size of Okta's (2.3 kB on average): the same ones for the same seed.
class SampleEvents {
public:
    explicit SampleEvents(std::uint64_t seed = 1) : state_(seed) {}

    std::string event() {
        const std::string uuid = hex(8) + '-' + hex(4) + "-4" + hex(3) + "-8" + hex(3) + '-' + hex(12);
        const std::string time =
            "2026-01-05T" + two(24) + ':' + two(60) + ':' + two(60) + '.' + two(10) + two(10).substr(1) + 'Z';
        const std::string person = pick(given_names) + ' ' + pick(family_names);
        const std::string user = "00u" + hex(17);
        const std::string city = pick(cities);
        const std::string place = R"({"city":")" + city + R"(","state":")" + city +
                                  R"( Region","country":"Ruritania","postalCode":")" + two(90) + two(90) +
                                  R"(","geolocation":{"lat":4)" + two(10).substr(1) + '.' + two(90) + R"(,"lon":-7)" +
                                  two(10).substr(1) + '.' + two(90) + "}}";
        const std::string address = "203.0.113." + two(99);
        const std::string request = hex(32);
        std::string out;
        out.reserve(2'600);
        out += R"({"actor":{"id":")" + user + R"(","type":"User","alternateId":")" + hex(6) +
               R"(@fabrikam.example","displayName":")" + person + R"(","detailEntry":null},)";
        out += R"("client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:)" + two(99) +
               R"(.0) Gecko/20100101 Firefox/)" + two(99) +
               R"(.0","os":"Linux","browser":"FIREFOX"},"zone":"null","device":"Computer",)" + R"("id":null,"ipAddress":")" +
               address + R"(","geographicalContext":)" + place + "},";
        out += R"("device":null,"authenticationContext":{"authenticationProvider":"FACTOR_PROVIDER","credentialProvider":null,)"
               R"("credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":"idx)" +
               hex(22) + R"(","externalSessionId":"idx)" + hex(22) + R"("},)";
        out += R"("displayMessage":"User \")" + person + R"(\" signed in from )" + city + R"(","eventType":")" +
               pick(event_types) + R"(","outcome":{"result":"SUCCESS","reason":null},"published":")" + time + R"(",)";
        out += R"("securityContext":{"asNumber":645)" + two(99) +
               R"(,"asOrg":"example carrier","isp":"example carrier","domain":"carrier.example",)"
               R"("isProxy":false,"risk":{"level":"LOW","reasons":"Anomalous Location, New Device"}},"severity":"INFO",)";
        out +=
            R"("debugContext":{"debugData":{"requestId":")" + request +
            R"(","requestUri":"/idp/idx/challenge/answer","url":)"
            R"("/idp/idx/challenge/answer?stateToken=)" +
            hex(24) + R"(","dtHash":")" + hex(64) +
            R"(","threatSuspected":"false","behaviors":"{New Geo-Location=NEGATIVE, New Device=POSITIVE, New IP=POSITIVE, New State=NEGATIVE}",)"
            R"("risk":"{reasons=New Device, level=MEDIUM}","authnRequestId":")" +
            hex(32) + R"(","deviceFingerprint":")" + hex(32) + R"("}},)";
        out += R"("legacyEventType":"core.user_auth.login_success","transaction":{"type":"WEB","id":")" + request +
               R"(","detail":{}},"uuid":")" + uuid + R"(","version":"0","request":{"ipChain":[{"ip":")" + address +
               R"(","geographicalContext":)" + place + R"(,"version":"V4","source":null}]},)";
        out += R"("target":[{"id":"lae)" + hex(17) +
               R"(","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"Password",)"
               R"("detailEntry":{"methodTypeUsed":"Password"}},{"id":"0oa)" +
               hex(17) + R"(","type":"AppInstance","alternateId":"Dashboard","displayName":"Dashboard","detailEntry":null}]})";
        return out;
    }

    std::string page(std::size_t events) {
        std::string out = "[";
        for (std::size_t i = 0; i < events; ++i) {
            if (i != 0) out += ',';
            out += event();
        }
        return out + ']';
    }

    std::uint64_t below(std::uint64_t end) {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return (z ^ (z >> 31U)) % end;
    }

private:
    template <std::size_t n>
    std::string pick(const std::array<std::string_view, n>& from) {
        return std::string(from[below(n)]);
    }
    std::string hex(std::size_t digits) {
        std::string out;
        for (std::size_t i = 0; i < digits; ++i) out += "0123456789abcdef"[below(16)];
        return out;
    }
    std::string two(std::uint64_t end) {
        const std::uint64_t value = below(end);
        return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
    }

    static constexpr std::array<std::string_view, 6> given_names{"Dana", "Jörg", "Mina", "Ole", "Zoë", "Łukasz"};
    static constexpr std::array<std::string_view, 5> family_names{"Rivers", "Weiß", "O'Neill", "Tanaka", "Brandt"};
    static constexpr std::array<std::string_view, 5> cities{"Strelsau", "Zenda", "Hofbau", "Tarlenheim", "Hentzau"};
    static constexpr std::array<std::string_view, 5> event_types{"user.session.start", "user.authentication.sso",
                                                                 "policy.evaluate_sign_on", "user.authentication.auth_via_mfa",
                                                                 "group.user_membership.add"};

    std::uint64_t state_;
};

}  // namespace oktail
