#include "compression/gzip_error.hpp"

#include <string>

namespace oktail {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // the base is never deleted through
class GzipErrorCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "oktail.gzip"; }
    std::string message(int value) const override {
        switch (static_cast<GzipError>(value)) {
            case GzipError::damaged: return "the gzip body is damaged";
            case GzipError::truncated: return "the gzip body is cut off";
            case GzipError::bomb: return "the gzip body inflates beyond reason";
        }
        return "unknown";
    }
};
#pragma GCC diagnostic pop

}  // namespace

boost::system::error_code make_error_code(GzipError error) noexcept {
    static const GzipErrorCategory category;
    return {static_cast<int>(error), category};
}

}  // namespace oktail
