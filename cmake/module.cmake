# oktail_module(NAME SRCS ... DEPS ... [LINK ...]): a folder is a static library.
# DEPS are other modules, and so the layering; LINK are libraries from outside.
function(oktail_module name)
    cmake_parse_arguments(PARSE_ARGV 1 module "" "" "SRCS;DEPS;LINK")
    add_library(oktail_${name} STATIC ${module_SRCS})
    target_include_directories(oktail_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(oktail_${name} PUBLIC oktail_flags)
    foreach(dep IN LISTS module_DEPS)
        target_link_libraries(oktail_${name} PUBLIC oktail_${dep})
    endforeach()
    target_link_libraries(oktail_${name} PUBLIC ${module_LINK})
endfunction()
