#include "simulator/event_layouts.hpp"

namespace oktail::simulator {
namespace {

constexpr std::string_view sign_on_full = R"j({
"actor":{%person%,"detailEntry":null},
"client":{%agent%,"zone":"null",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":{"id":"guo%id%","name":"%hostname%","os_platform":"OSX","os_version":"26.1.0","managed":true,"registered":true,
"disk_encryption_type":"FULL","screen_lock_type":"BIOMETRIC","jailbreak":null,"secure_hardware_present":true},
"authenticationContext":{"authenticationProvider":"FACTOR_PROVIDER","credentialProvider":"OKTA_CREDENTIAL_PROVIDER",
"credentialType":"OTP","issuer":{"id":"0oa%id%","type":"OKTA"},"interface":null,"authenticationStep":0,
"rootSessionId":"idx%session%","externalSessionId":"idx%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{%network%,"isProxy":false,"risk":{"level":"LOW"},
"userBehaviors":[{"id":"bhv%id%","name":"New Device","result":"NEGATIVE"}]},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","dtHash":"%hash%","requestUri":"/idp/idx/identify",
"threatSuspected":"false","url":"/idp/idx/identify?","authnRequestId":"%trace%",
"logOnlySecurityData":"{\"risk\":{\"level\":\"LOW\"},\"behaviors\":{\"New Geo-Location\":\"NEGATIVE\",\"New IP\":\"%sign%\"}}"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{"id":"lae%id%","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"%factor%",
"detailEntry":{"methodTypeUsed":"%factor%"}}]})j";

constexpr std::string_view sign_on_plain = R"j({
"actor":{%person%,"detailEntry":null},
"client":{%agent%,"zone":"HQ, 2nd floor",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"rootSessionId":"idx%session%","externalSessionId":"idx%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{%network%,"isProxy":null},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","dtHash":"%hash%",
"requestUri":"/api/v1/authn/factors/%id%/verify","threatSuspected":"false","factor":"%factor%",
"url":"/api/v1/authn/factors/%id%/verify?","warningPercent":0.10,"risk":"{reasons=Anomalous Device, Anomalous Location, level=MEDIUM}",
"behaviors":"{New Geo-Location=NEGATIVE, New Device=POSITIVE, New IP=%sign%, New City=NEGATIVE}"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":null,"version":"V4","source":null},
{"ip":"2001:db8:%hextet%::%hextet%","geographicalContext":null,"version":"V6","source":null}]},
"target":[{%person%,"detailEntry":null},
{"id":"rul%id%","type":"Rule","alternateId":"unknown","displayName":"Catch-all Rule \u2013 \"any two factors\"",
"detailEntry":{"policyRuleFactorMode":"2FA"}}]})j";

constexpr std::string_view app_full = R"j({
"actor":{%person%,"detailEntry":null},
"client":{%agent%,"zone":"null",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"rootSessionId":"idx%session%","externalSessionId":"idx%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{%network%,"isProxy":false},
"severity":"%severity%",
"debugContext":{"debugData":{"authnRequestId":"%trace%","requestId":"%request%","dtHash":"%hash%",
"initiationType":"SP_INITIATED","signOnMode":"SAML 2.0","requestUri":"/app/%app_slug%/exk%id%/sso/saml",
"issuedAt":"%published%","authenticationElapsedTime":%small%,"redirectUri":"https:\/\/sso.fabrikam.example\/acs\/%id%",
"url":"/app/%app_slug%/exk%id%/sso/saml?SAMLRequest=%blob%&RelayState=%request%","threatSuspected":"false"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{%app%,"detailEntry":{"signOnModeType":"SAML_2_0","signOnModeEvaluationResult":"AUTHENTICATED"}},
{"id":"0ua%id%","type":"AppUser","alternateId":"%login%","displayName":"%name%","detailEntry":null}]})j";

constexpr std::string_view app_plain = R"j({
"actor":{%person%,"detailEntry":null},
"client":{%agent%,"zone":"null",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"rootSessionId":"idx%session%","externalSessionId":"idx%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{},
"severity":"%severity%",
"debugContext":{"debugData":{"authnRequestId":"%trace%","requestId":"%request%","dtHash":"%hash%",
"initiationType":"IDP_INITIATED","signOnMode":"OpenID Connect","requestUri":"/oauth2/v1/authorize",
"grantedScopes":"openid, profile, email, offline_access","responseMode":"form_post","responseTypes":"code",
"url":"/oauth2/v1/authorize?client_id=0oa%id%&scope=openid%20profile%20email&state=%blob%","threatSuspected":"false",
"promptingPolicyTypes":"[]"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":null,"version":"V4","source":null}]},
"target":[{%app%,"detailEntry":{"signOnModeType":"OPENID_CONNECT"}},
{"id":"0ua%id%","type":"AppUser","alternateId":"%login%","displayName":"%name%","detailEntry":null}]})j";

constexpr std::string_view admin_full = R"j({
"actor":{%person%,"detailEntry":null},
"client":{%agent%,"zone":"null",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"rootSessionId":"trs%session%","externalSessionId":"trs%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{%network%,"isProxy":false},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","requestUri":"/api/v1/users/00u%id%","dtHash":"%hash%",
"url":"/api/v1/users/00u%id%?strict=false","changedAttributes":"department,title,manager","retries":1.0E0,
"tunnels":[],"threatSuspected":"false","nested":{"depth":{"is":{"allowed":true}}},
"origin":"admin console \/ people \/ profile"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{"requestApiTokenId":null}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{%other%,"detailEntry":null,
"changeDetails":{"from":{"department":"Sales \u0026 Marketing","title":"Account Executive","costCenter":"%small%",
"manager":null},"to":{"department":"Vertrieb \u2014 S\u00fcd","title":"Senior Account Executive","costCenter":"%small%1",
"manager":"%login%"}}},
{"id":"00g%id%","type":"UserGroup","alternateId":"unknown","displayName":"%group%","detailEntry":null},
{%app%,"detailEntry":null}]})j";

constexpr std::string_view admin_plain = R"j({
"actor":{"id":"0oa%id%","type":"PublicClientApp","alternateId":"0oa%id%","displayName":"HR Sync","detailEntry":null},
"client":{"userAgent":{"rawUserAgent":"okta-sdk-java/20.0.0 java/21.0.4 Linux/6.8.0","os":"Linux","browser":"UNKNOWN"},
"zone":"null","device":"Unknown","id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"rootSessionId":"trs%session%","externalSessionId":"trs%session%"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{%network%,"isProxy":false},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","requestUri":"/api/v1/groups/00g%id%/users/00u%id%","dtHash":"%hash%",
"url":"/api/v1/groups/00g%id%/users/00u%id%?","appname":"%app_slug%","groupId":"00g%id%","rateLimitBucket":"%trace%",
"oktaUserAgentExtended":"okta-sdk-java/20.0.0","authMethod":"OAuth 2.0","grantedScopes":"okta.users.manage, okta.groups.manage"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{"requestApiTokenId":"00T%id%","rootApiTokenId":null}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{%other%,"detailEntry":null},
{"id":"00g%id%","type":"UserGroup","alternateId":"unknown","displayName":"%group%","detailEntry":null},
{%person%,"detailEntry":{"memberSince":"%published%","comment":"moved by\tsync\n(line two)"
}
}]
})j";

constexpr std::string_view token_full = R"j({
"actor":{"id":"0oa%id%","type":"PublicClientApp","alternateId":"0oa%id%","displayName":"%app_name%","detailEntry":null},
"client":{"userAgent":{"rawUserAgent":"python-requests/2.32.5","os":"Unknown","browser":"UNKNOWN"},"zone":"null",
"device":"Unknown","id":"0oa%id%","ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"externalSessionId":"unknown"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{"asNumber":null,"asOrg":null,"isp":null,"domain":null,"isProxy":null},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","requestUri":"/oauth2/v1/token","url":"/oauth2/v1/token?",
"clientAuthType":"client_secret_basic","clientSecret":"%hash%","grantType":"client_credentials",
"grantedScopes":"okta.users.read, okta.groups.read","requestedScopes":"okta.users.read, okta.groups.read",
"authorizationServer":"default","dtHash":"%hash%","threatSuspected":"false","tokenEndpointElapsed":%small%.5}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{"id":"AT.%blob%","type":"access_token","alternateId":null,"displayName":"Access Token",
"detailEntry":{"expires":"%published%","subject":"0oa%id%","hash":"%hash%"}},
{%app%,"detailEntry":null}]})j";

constexpr std::string_view job_full = R"j({
"actor":{"id":"systemPrincipal%small%","type":"SystemPrincipal","alternateId":"system@okta.com","displayName":"Okta System","detailEntry":null},
"client":{"userAgent":null,"zone":null,"device":null,"id":null,"ipAddress":null,"geographicalContext":null},
"authenticationContext":null,
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":%reason%},
"published":"%published%",
"securityContext":{},
"severity":"%severity%",
"debugContext":{"debugData":{"rateLimitBucketUuid":"%trace%","rateLimitSecondsToReset":"%small%","threshold":"60",
"timeSpan":"1","timeUnit":"MINUTES","userId":"","rateLimitScopeType":"ORG","url":"/api/v1/logs"}},
"legacyEventType":%legacy%,
"transaction":{"type":"JOB","id":"job@%trace%","detail":null},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[]},
"target":[]})j";

// Null outcome and target, a number where text is usual, fields and numbers that nobody knows.
constexpr std::string_view job_odd = R"j({
"uuid":"%uuid%","published":"%published%","eventType":"%type%","version":0,"severity":"%severity%",
"legacyEventType":null,"displayMessage":null,
"actor":{"id":"systemPrincipal%small%","type":"SystemPrincipal","alternateId":null,"displayName":null},
"client":{"zone":"null"},
"outcome":null,"target":null,"transaction":{"type":"JOB","id":"%trace%"},
"debugContext":{"debugData":{"score":1.50E+2,"big":12345678901234567890,"tiny":-0.0,"list":[1,"two",{"three":null}]}},
"securityContext":{},"futureField":{"a \"quoted\" key":true,"slash":"\/","escapes":"\b\f\n\r\t\\ \u0007 \ud83e\udd80"}})j";

constexpr std::string_view threat_full = R"j({
"actor":{"id":"unknown","type":"User","alternateId":"%login%","displayName":"unknown","detailEntry":null},
"client":{%agent%,"zone":"BlockedIpZone",%device_kind%,"id":null,"ipAddress":"%ip%","geographicalContext":{%place%}},
"device":null,
"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,
"interface":null,"authenticationStep":0,"externalSessionId":"unknown"},
"displayMessage":"%message%","eventType":"%type%",
"outcome":{"result":"%result%","reason":"Password Spray, Login Failures with high unknown users count"},
"published":"%published%",
"securityContext":{%network%,"isProxy":true,"risk":{"level":"HIGH","reasons":"Anomalous Location","detectionName":"Suspicious App Access",
"issuer":"Okta","previousLevel":"LOW"},"botProtection":{"level":"HIGH"},
"ipDetails":{"isTor":false,"anonymizer":"VPN","operator":"\u202eexample vpn"}},
"severity":"%severity%",
"debugContext":{"debugData":{"requestId":"%request%","requestUri":"/api/v1/authn","url":"/api/v1/authn?","dtHash":"%hash%",
"threatSuspected":"true","threatDetections":"{\"Password Spray\":\"HIGH\",\"Login failures\":\"LOW\"}","ipCount":"%small%",
"attackedLogins":"[%login%, root@fabrikam.example, admin@fabrikam.example, test@fabrikam.example]"}},
"legacyEventType":%legacy%,
"transaction":{"type":"WEB","id":"%request%","detail":{}},
"uuid":"%uuid%","version":"0",
"request":{"ipChain":[{"ip":"%ip%","geographicalContext":{%place%},"version":"V4","source":null}]},
"target":[{"id":"unknown","type":"NetworkZone","alternateId":"unknown","displayName":"BlockedIpZone","detailEntry":null}]})j";

}  // namespace

std::string_view layout_text(Layout layout, unsigned variant) {
    const bool full = variant == 0;
    switch (layout) {
        case Layout::sign_on: return full ? sign_on_full : sign_on_plain;
        case Layout::app: return full ? app_full : app_plain;
        case Layout::admin: return full ? admin_full : admin_plain;
        case Layout::token: return token_full;
        case Layout::job: return full ? job_full : job_odd;
        case Layout::threat: return threat_full;
    }
    return job_odd;
}

}  // namespace oktail::simulator
