#pragma once

#include <oktail/sink/sink_factory.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace oktail {

/// Somewhere to write to, and what a reader finds there. A type of sink derives its own and instantiates the suite with it:
/// INSTANTIATE_TEST_SUITE_P(Name, SinkConformance, testing::Values(SinkUnderTest{"name", make}), name_of_sink).
class Destination {
public:
    virtual ~Destination() = default;
    virtual std::unique_ptr<Sink> make_sink(SinkDeps deps) = 0;
    /// Every line there, whole ones and a torn one alike, in order.
    virtual std::vector<std::string> lines() = 0;
};

struct SinkUnderTest {
    std::string name;
    std::function<std::unique_ptr<Destination>()> make;
};

inline void PrintTo(const SinkUnderTest& sink, std::ostream* out) { *out << sink.name; }

/// What every sink promises (oktail/sink/sink.hpp), whatever its type.
class SinkConformance : public testing::TestWithParam<SinkUnderTest> {};

inline std::string name_of_sink(const testing::TestParamInfo<SinkUnderTest>& info) { return info.param.name; }

}  // namespace oktail
