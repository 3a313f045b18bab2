#include "sink/file/file_sink_factory.hpp"

#include "sink/file/file_options.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace oktail {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class FileSinkProbe : public testing::Test {
protected:
    std::string probe(const std::string& below) {
        FileOptions options;
        options.path = dir_ / below;
        const auto found = FileSinkFactory().probe(options);
        return found ? *found : "bad: " + found.error().what();
    }

    TempDir dir_;
};

TEST_F(FileSinkProbe, FolderThatIsThereOrCanBeMade) {
    EXPECT_THAT(probe("{tenant}.ndjson"), StartsWith(dir_.path().string() + " can be written, "));
    EXPECT_THAT(probe("a/b/{tenant}/%Y.ndjson"), StartsWith(dir_.path().string() + " can be written, "));
    EXPECT_FALSE(std::filesystem::exists(dir_ / "a")) << "it changes nothing";
}

TEST_F(FileSinkProbe, FileInTheWay) {
    std::ofstream(dir_ / "a") << "x";

    EXPECT_THAT(probe("a/b/{tenant}.ndjson"), HasSubstr("bad: " + (dir_ / "a").string() + " is no folder; "));
}

TEST_F(FileSinkProbe, FolderThatCannotBeWritten) {
    EXPECT_THAT(probe("../../../../../../../../proc/sys/{tenant}"), HasSubstr("bad: ")) << "nobody can, root neither";
}

}  // namespace
}  // namespace oktail
