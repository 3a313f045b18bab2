#include <oktail/model/event.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace oktail {
namespace {

TEST(EventId, UuidIsItsBytes) {
    const Uuid expected{{0x8d, 0x8a, 0xc9, 0x10, 0xea, 0x0e, 0x11, 0xf0, 0x9c, 0x2b, 0x4f, 0x6f, 0x1d, 0x2a, 0x7b, 0x31}};
    EXPECT_EQ(event_id("8d8ac910-ea0e-11f0-9c2b-4f6f1d2a7b31", "x"), expected);
    EXPECT_EQ(event_id("8D8AC910-EA0E-11F0-9C2B-4F6F1D2A7B31", "y"), expected);
}

TEST(EventId, WhateverElseIsNamedByItsText) {
    const std::string uuid = "8d8ac910-ea0e-11f0-9c2b-4f6f1d2a7b31";
    const Uuid real = event_id(uuid, "");
    for (std::size_t at = 0; at < uuid.size(); ++at) {
        std::string text = uuid;
        text[at] = 'g';
        EXPECT_NE(event_id(text, ""), real) << text;
        EXPECT_EQ(event_id(text, "").bytes[6] >> 4, 5) << text;  // a name-based uuid
        EXPECT_EQ(event_id(text, "x"), event_id(text, "y")) << text;
    }
    EXPECT_NE(event_id(uuid + ' ', ""), real);
    EXPECT_NE(event_id("8d8ac910ea0e11f09c2b4f6f1d2a7b31", ""), real);
}

TEST(EventId, WithoutTextTheEventCounts) {
    EXPECT_NE(event_id("", "x"), event_id("", "y"));
    EXPECT_EQ(event_id("", "x"), event_id("", "x"));
}

TEST(UuidHash, SpreadsIdsWhereverTheyDiffer) {
    for (std::size_t place = 0; place + 1 < 16; ++place) {
        std::set<std::size_t> slots;
        for (unsigned n = 0; n < 1'000; ++n) {
            Uuid id;
            id.bytes[place] = static_cast<std::uint8_t>(n >> 8U);
            id.bytes[place + 1] = static_cast<std::uint8_t>(n);
            slots.insert(std::hash<Uuid>()(id) % 4'096);
        }
        EXPECT_GT(slots.size(), 700u) << "byte " << place;  // chance would fill 886
    }
}

}  // namespace
}  // namespace oktail
