# cmake -P tests/layering.cmake: who may include whom (docs/architecture.md). A row is a module and what it may include:
# `core` is all of core, `oktail/auth` its contract only, `oktail/okta/page_source.hpp` one header.
# The first row whose folder fits a file is the file's.
set(rows
    "include/oktail/core:"
    "include/oktail/model:oktail/core"
    "include/oktail/metrics:oktail/core"
    "include/oktail/config:oktail/core oktail/model"
    "include/oktail/http:oktail/core"
    "include/oktail/auth:oktail/core oktail/http"
    "include/oktail/state:oktail/core oktail/model"
    "include/oktail/sink:oktail/core oktail/model oktail/config oktail/state"
    "include/oktail/okta:oktail/core oktail/model"
    "src/core:"
    "src/model:core"
    "src/compression:core"
    "src/metrics:core"
    "src/config:core model"
    "src/net:core"
    "src/http:core model compression metrics net"
    "src/auth:core model metrics oktail/http"
    "src/state:core model compression metrics"
    "src/okta:core model metrics oktail/http oktail/auth"
    "src/format:core model oktail/sink/sink.hpp"
    "src/sink/options:core config format/event_format.hpp"
    "src/sink/file:core model compression metrics format config sink/options oktail/sink oktail/state"
    "src/sink/stdout:core model metrics format config sink/options oktail/sink"
    "src/sink/kafka:core model metrics net http auth state/checkpoint_codec.hpp format config sink/options oktail/http oktail/sink oktail/state"
    "src/sink/syslog:core model metrics net format config sink/options oktail/sink"
    "src/sink/all_sinks.cpp:oktail/sink sink/file sink/kafka sink/stdout sink/syslog"
    "src/route:core model metrics oktail/okta/page_source.hpp okta/page_slicer.hpp oktail/sink/sink.hpp oktail/state/checkpoint_store.hpp"
    "src/admin:core metrics http/server.hpp"
    "src/app:core model metrics config http auth state okta format sink route admin"
    "src/main.cpp:core app"
    "simulator:core http/server.hpp")

# A library from outside, as its includes begin, and the only places that know it.
set(libraries
    "yaml-cpp/:src/config/"
    "openssl/:src/net/ src/http/ src/auth/ simulator/"
    "sqlite3.h:src/state/"
    "spdlog/:src/core/log.cpp"
    "CLI/:src/app/ src/main.cpp simulator/main.cpp"
    "simdjson:src/okta/"
    "isa-l/:src/compression/ simulator/"
    "zstd:src/compression/ src/sink/file/"
    "librdkafka/:src/sink/kafka/"
    "prometheus/:src/metrics/"
    "boost/beast:src/http/ simulator/")

# All that a contract may know of Boost: whoever reads a contract pays for it.
set(contract_boost "^boost/(asio/(awaitable|any_io_executor)\\.hpp|system/)")

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
execute_process(
    COMMAND grep -rnE --include=*.hpp --include=*.cpp "^[ \t]*#[ \t]*include[ \t]*[<\"]" include src simulator
    WORKING_DIRECTORY ${root} OUTPUT_VARIABLE includes COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" includes "${includes}")

set(broken 0)
macro(refuse why)
    message("${file}:${line}: ${why}")
    math(EXPR broken "${broken} + 1")
endmacro()

foreach(found IN LISTS includes)
    if(NOT found MATCHES "^([^:]+):([0-9]+):[^<\"]*[<\"]([^>\"]+)[>\"]")
        continue()
    endif()
    set(file ${CMAKE_MATCH_1})
    set(line ${CMAKE_MATCH_2})
    set(header ${CMAKE_MATCH_3})

    foreach(library IN LISTS libraries)
        string(REGEX MATCH "^([^:]+):(.*)$" _ "${library}")
        set(prefix "${CMAKE_MATCH_1}")
        string(REPLACE " " ";" places "${CMAKE_MATCH_2}")
        string(FIND "${header}" "${prefix}" at)
        if(NOT at EQUAL 0)
            continue()
        endif()
        set(known FALSE)
        foreach(place IN LISTS places)
            string(FIND "${file}" "${place}" at)
            if(at EQUAL 0)
                set(known TRUE)
            endif()
        endforeach()
        if(NOT known)
            refuse("<${header}> may be known only to ${CMAKE_MATCH_2}, so that the library can be replaced there")
        endif()
    endforeach()

    if(file MATCHES "^include/" AND header MATCHES "^boost/" AND NOT header MATCHES "${contract_boost}")
        refuse("a contract includes of Boost only awaitable.hpp, any_io_executor.hpp and system, not <${header}>")
    endif()

    # Ours are <oktail/...> and "folder/..."; everything else was judged above.
    string(REGEX REPLACE "^oktail/" "" module "${header}")
    string(REGEX REPLACE "/.*" "" module "${module}")
    if(NOT header MATCHES "^oktail/" AND NOT (IS_DIRECTORY ${root}/src/${module} AND EXISTS ${root}/src/${header}))
        continue()
    endif()

    set(row)
    foreach(candidate IN LISTS rows)
        string(REGEX MATCH "^([^:]+):(.*)$" _ "${candidate}")
        string(FIND "${file}" "${CMAKE_MATCH_1}" at)
        if(at EQUAL 0)
            set(row ${CMAKE_MATCH_1})
            set(allowed_text "${CMAKE_MATCH_2}")
            string(REPLACE " " ";" allowed "${CMAKE_MATCH_2}")
            break()
        endif()
    endforeach()
    if(NOT row)
        refuse("no row of tests/layering.cmake is about this folder: add one")
        continue()
    endif()

    string(REGEX REPLACE "^(include/oktail|src)/" "" self "${row}")
    set(fits FALSE)
    foreach(entry IN LISTS allowed self)
        if(header MATCHES "^${entry}($|/)" OR (NOT row MATCHES "^include/" AND header MATCHES "^oktail/${entry}($|/)")
           OR (row MATCHES "^include/" AND header MATCHES "^oktail/${self}/"))
            set(fits TRUE)
        endif()
    endforeach()
    if(NOT fits)
        if(allowed_text STREQUAL "")
            set(allowed_text "nothing of ours")
        endif()
        refuse("${row} may not include \"${header}\", but ${allowed_text}")
    endif()
endforeach()

if(broken GREATER 0)
    message(FATAL_ERROR "${broken} forbidden includes; the layers are in docs/architecture.md")
endif()
