#include "config/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace oktail {
namespace {

using Variables = std::map<std::string, std::string>;

/// What comes of it: the proxy, or the problem.
std::string proxy(const std::string& text, const Variables& variables = {}) {
    const auto environment = [&variables](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    Problems problems;
    const std::string read = read_proxy(text, Origin("acme.okta.com"), ConfigPlace(), environment, problems);
    if (problems.empty()) return read;
    return problems.all().begin()->what + "; " + problems.all().begin()->advice;
}

TEST(Proxy, IsAHostAndAPort) {
    EXPECT_EQ(proxy("http://proxy.corp:3128"), "proxy.corp:3128");
    EXPECT_EQ(proxy("http://[2001:db8::1]:3128/"), "[2001:db8::1]:3128");
    EXPECT_EQ(proxy("off"), "");
}

TEST(Proxy, WhatItIsNotHasItsAdvice) {
    constexpr const char* advice = "write http://HOST:PORT, from_env or off";
    EXPECT_EQ(proxy("http://proxy.corp"), std::string("the proxy \"proxy.corp\" lacks a host or a port; ") + advice);
    EXPECT_EQ(proxy("socks5://proxy.corp:1080"),
              std::string("the proxy is no proxy; ") + advice + "; what goes through it is TLS in any case");
    EXPECT_EQ(proxy("https://proxy.corp:3128"),
              std::string("the proxy is not plain http; ") + advice + "; what goes through it is TLS in any case");
    EXPECT_EQ(proxy("http://user:hunter2@proxy.corp:3128"),
              "the proxy holds a user; put user:password into a file, and name that in proxy_auth_file");
}

TEST(Proxy, EnvironmentCountsOnlyWhereItIsAskedFor) {
    const Variables set{{"https_proxy", "http://proxy.corp:3128"}, {"HTTPS_PROXY", "http://other.corp:3128"}};

    EXPECT_EQ(proxy("", set), "");
    EXPECT_EQ(proxy("off", set), "");
    EXPECT_EQ(proxy("from_env", set), "proxy.corp:3128");
    EXPECT_EQ(proxy("from_env", {{"HTTPS_PROXY", "http://other.corp:3128"}}), "other.corp:3128");
    EXPECT_EQ(proxy("from_env"), "");
    EXPECT_EQ(proxy("from_env", {{"https_proxy", "http://user:hunter2@proxy.corp:3128"}}),
              "https_proxy in the environment holds a user; put user:password into a file, and name that in proxy_auth_file");
}

TEST(Proxy, EnvironmentNamesHostsThatNeedNone) {
    const auto with = [](const std::string& none) {
        return proxy("from_env", {{"https_proxy", "http://proxy.corp:3128"}, {"no_proxy", none}});
    };

    for (const char* none : {"acme.okta.com", ".okta.com", "okta.com", "localhost, okta.com ,x", "x okta.com", "Okta.COM",
                             "*.okta.com", "acme.okta.com:443", "*"})
        EXPECT_EQ(with(none), "") << none;
    for (const char* none : {"", ",", "ta.com", "other.okta.com", "acme.okta.com.evil"})
        EXPECT_EQ(with(none), "proxy.corp:3128") << none;
}

}  // namespace
}  // namespace oktail
