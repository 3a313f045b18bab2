# cmake -P tests/lint/format.cmake: clang-format-19 has nothing to change.
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
file(GLOB_RECURSE files ${root}/include/*.hpp ${root}/src/*.[ch]pp ${root}/simulator/*.[ch]pp ${root}/tests/*.[ch]pp)
execute_process(COMMAND clang-format-19 --dry-run -Werror ${files} COMMAND_ERROR_IS_FATAL ANY)
