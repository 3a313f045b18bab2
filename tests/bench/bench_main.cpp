#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

/// Google's table, and below it what each stage costs beside the plain library call: benchmarks are named STAGE/WHAT, and
/// STAGE/plain is what the others of the stage are measured against. The best of the repetitions counts: noise only adds.
class RatioReporter : public benchmark::ConsoleReporter {
public:
    RatioReporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
            const double time = run.GetAdjustedCPUTime();
            const auto [best, first] = best_.try_emplace(run.run_name.function_name, time);
            if (!first) best->second = std::min(best->second, time);
        }
    }
    void Finalize() override {
        for (const auto& [name, time] : best_) {
            const auto plain = best_.find(name.substr(0, name.find('/')) + "/plain");
            if (plain != best_.end() && plain->first != name)
                std::printf("%s: %.2f x plain\n", name.c_str(), time / plain->second);
        }
    }

private:
    std::map<std::string, double> best_;
};

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    RatioReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
}
