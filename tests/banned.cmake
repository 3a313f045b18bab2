# cmake -P tests/banned.cmake: what must not be written, and what to write instead.
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(broken 0)

# ban(REGEX [IN folder...] [EXCEPT path...] WHY text): EXCEPT are the beginnings of paths that may.
function(ban regex)
    cmake_parse_arguments(PARSE_ARGV 1 ban "" "WHY" "IN;EXCEPT")
    if(NOT ban_IN)
        set(ban_IN include src simulator)
    endif()
    list(JOIN ban_EXCEPT "|" except)
    set(allowed cat)
    if(ban_EXCEPT)
        set(allowed grep -vE "^(${except})")
    endif()
    execute_process(
        COMMAND grep -srnE --include=*.hpp --include=*.cpp --include=*.cmake --include=CMakeLists.txt --exclude=banned.cmake
                -e "${regex}" ${ban_IN}
        COMMAND ${allowed} WORKING_DIRECTORY ${root} OUTPUT_VARIABLE found)
    if(NOT found STREQUAL "")
        message("${found}  ${ban_WHY}\n")
        set(broken 1 PARENT_SCOPE)
    endif()
endfunction()

ban("(system|steady|high_resolution)_clock::now|clock_gettime|gettimeofday|[^_]time\\((nullptr|NULL|0)\\)"
    EXCEPT src/core/steady_clock.cpp
           src/core/file_watch.cpp  # compares with what the kernel stamps files with
    WHY "Time comes from Clock: a test must be able to move it.")
ban("this_thread::sleep_(for|until)|[^_]usleep\\(|nanosleep\\(" IN include src simulator tests/unit tests/conformance
    WHY "A sleeping thread stops every tenant on it: co_await clock.sleep_for().")
ban("asio::detached|boost/asio/detached"
    WHY "Nothing is detached: spawn it in a TaskGroup, which is joined before what it uses goes.")
ban("tcp::resolver|async_resolve"
    WHY "Asio's resolver cannot be cancelled while a lookup runs: names go through net/resolver.hpp.")
ban("getenv\\(" EXCEPT src/app/ src/main.cpp
    WHY "The environment is configuration: read once, in app, and handed down.")
ban("(^|[^a-z_])(localtime|gmtime|strtok|rand|srand|setenv|putenv|inet_ntoa)\\("
    WHY "It keeps its result, or its input, where all threads can reach it: the _r form, or core/time_text.hpp.")
ban("std::cout|(^|[^a-z_])f?(printf|puts)\\(" EXCEPT src/app/ src/main.cpp simulator/main.cpp
    WHY "stdout belongs to results of commands; what happened goes to core/log.hpp.")
ban("std::cerr" EXCEPT src/app/ src/main.cpp simulator/main.cpp
    WHY "What happened goes to core/log.hpp, which knows tenant, route and format.")
ban("(^|[^A-Za-z0-9_>])::p?writev?\\(" EXCEPT src/app/new_file.cpp src/sink/file/ src/sink/stdout/ src/route/dead_letter_file.cpp src/state/state_lock.cpp
    WHY "A write may be short: use one of the loops that write until all is written.")
ban("isal_inflate" EXCEPT src/compression/inflate.cpp
    WHY "Inflating needs the size cap and all members of the gzip stream: compression/inflate.hpp.")
ban("catch \\(\\.\\.\\.\\)" EXCEPT src/core/task_group.cpp src/core/worker_pool src/main.cpp simulator/main.cpp
    WHY "Unknown exceptions end the process; expected trouble is a Result.")
ban("<boost/(asio|beast)\\.hpp>" IN include src simulator tests
    WHY "Seconds of compile time in every file: include the parts.")
ban("\\?[^\"]*co_await|^ *[?:] *co_await" IN include src simulator tests
    WHY "gcc 12 gets `c ? co_await a() : co_await b()` wrong (docs/adr/0008): use if.")
ban("#include <boost/asio/experimental/awaitable_operators" IN include src simulator tests
    WHY "Cancelling the loser of `a || b` is hard to get right: a stop_token says who stops what.")
ban("\\b(TODO|FIXME|XXX|HACK)\\b" IN include src simulator tests cmake
    WHY "Do it, or open an issue.")

if(broken)
    message(FATAL_ERROR "banned, see above")
endif()
