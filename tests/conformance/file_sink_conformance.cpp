#include "conformance/sink_conformance.hpp"
#include "sink/file/file_sink.hpp"
#include "sink/file/posix_file_io.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <fstream>

namespace oktail {
namespace {

class FileDestination : public Destination {
public:
    FileDestination(Delivery delivery, Fsync fsync) : delivery_(delivery), fsync_(fsync) {}

    std::unique_ptr<Sink> make_sink(SinkDeps deps) override {
        auto options = std::make_shared<FileOptions>();
        options->path = (folder_.path() / "%Y" / "all.ndjson").string();
        options->delivery = delivery_;
        options->fsync = fsync_;
        return std::make_unique<FileSink>("sink", options, std::move(deps), posix_file_io());
    }

    std::vector<std::string> lines() override {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) out.push_back(line);
        }
        return out;
    }

private:
    Delivery delivery_;
    Fsync fsync_;
    TempDir folder_;
};

SinkUnderTest file(const std::string& name, Delivery delivery, Fsync fsync) {
    return {name, [delivery, fsync] { return std::make_unique<FileDestination>(delivery, fsync); }};
}

INSTANTIATE_TEST_SUITE_P(File, SinkConformance,
                         testing::Values(file("exactly_once", Delivery::exactly_once, Fsync::every_second),
                                         file("exactly_once_page", Delivery::exactly_once, Fsync::page),
                                         file("exactly_once_never", Delivery::exactly_once, Fsync::never),
                                         file("at_least_once", Delivery::at_least_once, Fsync::page),
                                         file("at_least_once_never", Delivery::at_least_once, Fsync::never)),
                         name_of_sink);

}  // namespace
}  // namespace oktail
