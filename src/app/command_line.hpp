#pragma once

namespace oktail {

/// Reads the arguments, runs the command, and gives the process's exit code.
int run_command_line(int argc, char** argv);

}  // namespace oktail
