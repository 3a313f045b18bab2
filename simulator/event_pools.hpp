#pragma once

#include <array>

/// What the slots of an event are filled with: JSON text, escapes included, some raw UTF-8 (beyond the BMP too), some escaped.
namespace oktail::simulator::pools {

constexpr std::array given_names{"Dana", "Zoë",  "José",      "Ann\\u0065", "李",  "Дарья", "Priya",  "Bob \\\"Bobby\\\"",
                                 "Liam", "Noor", "🦀 Ferris", "Amara",      "Olu", "Kenji", "Ingrid", "\\ud83d\\ude80 Max"};
constexpr std::array family_names{"Rivers",       "Ångström", "García", "O'Neill",         "小龍",   "Petrova", "Smith-Jones",
                                  "van der Berg", "حسن",      "Okafor", "Tanaka \\/ Sato", "Sharma", "Weiss"};

constexpr std::array agents{
    R"j("userAgent":{"rawUserAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0","os":"Linux","browser":"FIREFOX"})j",
    R"j("userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"})j",
    R"j("userAgent":{"rawUserAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0","os":"Windows 10","browser":"EDGE"})j",
    R"j("userAgent":{"rawUserAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1","os":"iOS (iPhone)","browser":"SAFARI"})j",
    R"j("userAgent":{"rawUserAgent":"Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36","os":"Android 1.x","browser":"CHROME"})j"};

struct Place {
    const char* json;
    const char* network;
};
constexpr std::array places{
    Place{
        R"j("city":"Leeds","state":"England","country":"United Kingdom","postalCode":"LS1","geolocation":{"lat":53.796,"lon":-1.5478})j",
        R"j("asNumber":64500,"asOrg":"example carrier","isp":"example carrier ltd","domain":"carrier.example")j"},
    Place{
        R"j("city":"München","state":"Bavaria","country":"Germany","postalCode":"80331","geolocation":{"lat":48.1374,"lon":11.5755})j",
        R"j("asNumber":64501,"asOrg":"beispiel netz","isp":"beispiel netz gmbh","domain":"netz.example")j"},
    Place{
        R"j("city":"S\u00e3o Paulo","state":"S\u00e3o Paulo","country":"Brazil","postalCode":"01000","geolocation":{"lat":-23.5475,"lon":-46.6361})j",
        R"j("asNumber":64502,"asOrg":"exemplo telecom","isp":"exemplo telecom s.a.","domain":"telecom.example")j"},
    Place{
        R"j("city":"Columbus","state":"Ohio","country":"United States","postalCode":"43215","geolocation":{"lat":39.9653,"lon":-83.0235})j",
        R"j("asNumber":64503,"asOrg":"example cloud","isp":"example cloud inc.","domain":null)j"},
    Place{R"j("city":null,"state":null,"country":"Japan","postalCode":null,"geolocation":{"lat":35.69,"lon":139.69})j",
          R"j("asNumber":64504,"asOrg":null,"isp":"example mobile","domain":".")j"}};

struct App {
    const char* name;
    const char* slug;
};
constexpr std::array apps{App{"Okta Dashboard", "okta_enduser"}, App{"Expenses & Travel", "fabrikam_expenses"},
                          App{"Payroll \\u2013 EMEA", "payroll_emea"}, App{"Code Forge", "code_forge_enterprise"},
                          App{"人事", "hr_apac"}};
constexpr std::array groups{"Everyone", "Engineering", "Sales / EMEA", "Contractors (90 days)", "Отдел 7"};
constexpr std::array factors{"Password", "Okta Verify", "FIDO2 (WebAuthn)", "Google Authenticator", "Email"};

}  // namespace oktail::simulator::pools
