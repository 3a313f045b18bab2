#include "app/command_line.hpp"
#include "app/exit_code.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        return oktail::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "oktail: " << error.what() << '\n';
        return static_cast<int>(oktail::ExitCode::io_error);
    }
}
