#pragma once

#include "sink/file/file_io.hpp"

namespace oktail {

/// The system itself.
FileIo& posix_file_io();

}  // namespace oktail
