#include <oktail/core/listen_address.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(ListenAddress, ReadsWhatItWrites) {
    for (const char* text : {"127.0.0.1:9464", "0.0.0.0:0", "[::1]:9464", "unix:/run/oktail/admin.sock"})
        EXPECT_EQ(ListenAddress::parse(text).value_or(ListenAddress()).text(), text);
}

TEST(ListenAddress, RefusesNamesAndHalves) {
    for (const char* text : {"", "9464", ":9464", "localhost:9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                             "::1:80", "[127.0.0.1]:80", "unix:", "unix:admin.sock", "off"})
        EXPECT_FALSE(ListenAddress::parse(text)) << text;
    EXPECT_FALSE(ListenAddress::parse("unix:/" + std::string(ListenAddress::longest_path, 'x')));
}

TEST(ListenAddress, LoopbackAndSocketFilesAreLocal) {
    EXPECT_TRUE(ListenAddress::at("127.0.0.1", 80).is_local());
    EXPECT_TRUE(ListenAddress::at("::1", 80).is_local());
    EXPECT_TRUE(ListenAddress::socket_file("/run/x").is_local());
    EXPECT_FALSE(ListenAddress::at("0.0.0.0", 80).is_local());
    EXPECT_FALSE(ListenAddress::at("192.0.2.1", 80).is_local());
}

}  // namespace
}  // namespace oktail
