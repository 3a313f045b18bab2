# One place for what every translation unit is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(OKTAIL_CCACHE ccache)
if(OKTAIL_CCACHE)
    # Paths below the source tree are made relative, so that a second checkout finds the first one's objects.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${OKTAIL_CCACHE})
endif()

if(OKTAIL_TIDY)
    # Ninja checks again what changed; the hash makes everything look changed when the rules do.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.clang-tidy)
    file(SHA1 ${CMAKE_SOURCE_DIR}/.clang-tidy rules)
    set(CMAKE_CXX_CLANG_TIDY clang-tidy-19 --quiet --extra-arg=-DOKTAIL_TIDY_RULES=${rules})
endif()

add_library(oktail_flags INTERFACE)
target_compile_options(oktail_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
target_compile_definitions(oktail_flags INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION    # compiled once, in core/asio.cpp
    BOOST_ASIO_NO_DEPRECATED)

# False positives of gcc 12 and 14: every awaitable when optimised; Result<void> and fences under the sanitizers.
target_compile_options(oktail_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>)

if(OKTAIL_SANITIZE)
    string(REPLACE "fuzzer" "fuzzer-no-link" compile_sanitizers "${OKTAIL_SANITIZE}")
    string(REPLACE "fuzzer," "" link_sanitizers "${OKTAIL_SANITIZE}")
    target_compile_options(oktail_flags INTERFACE -fsanitize=${compile_sanitizers} -fno-sanitize-recover=all
        -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    if(OKTAIL_SANITIZE MATCHES "thread")
        target_compile_options(oktail_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
    target_link_options(oktail_flags INTERFACE -fsanitize=${link_sanitizers})
endif()

# A symbol bound at its first use leaves the vector registers on the stack, and with them a secret that was just copied.
target_link_options(oktail_flags INTERFACE -Wl,-z,relro,-z,now)

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(oktail_flags INTERFACE _GLIBCXX_ASSERTIONS)
    target_compile_options(oktail_flags INTERFACE -g1)   # lines for stack traces; full types would double the build
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_definitions(oktail_flags INTERFACE _GLIBCXX_ASSERTIONS _FORTIFY_SOURCE=2)
    target_compile_options(oktail_flags INTERFACE -O2 -g1 -fstack-protector-strong -fstack-clash-protection
        $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection>)
    target_link_options(oktail_flags INTERFACE -pie -Wl,-z,noexecstack)
endif()
