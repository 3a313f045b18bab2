# cmake -DBUILD=.. -DPREFIX=.. -DSTAGED=.. -P install_test.cmake: installs into STAGED as a packager would, looks whether all is
# where it belongs, and lets systemd make the user and the directories there.
function(run)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${STAGED})
set(ENV{DESTDIR} ${STAGED})
run(${CMAKE_COMMAND} --install ${BUILD})
foreach(name IN ITEMS bin/oktail lib/systemd/system/oktail.service lib/sysusers.d/oktail.conf lib/tmpfiles.d/oktail.conf
        share/doc/oktail/examples/oktail.yaml share/doc/oktail/examples/tenants.d/example.yaml)
    if(NOT EXISTS ${STAGED}${PREFIX}/${name})
        message(FATAL_ERROR "${PREFIX}/${name} is not installed")
    endif()
endforeach()
run(${STAGED}${PREFIX}/bin/oktail --version)

# What the unit refers to, for systemd-analyze verify.
file(GLOB targets /usr/lib/systemd/system/*.target)
file(COPY ${targets} DESTINATION ${STAGED}/usr/lib/systemd/system)

file(MAKE_DIRECTORY ${STAGED}/etc)
run(systemd-sysusers --root=${STAGED})
file(STRINGS ${STAGED}/etc/passwd user REGEX "^oktail:x:[0-9]+:[0-9]+:[^:]*:/var/lib/oktail:/usr/sbin/nologin$")
if(NOT user)
    message(FATAL_ERROR "no user oktail")
endif()
execute_process(COMMAND id -u OUTPUT_VARIABLE id OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT id EQUAL 0)
    message("systemd-tmpfiles is not tested: it needs root")
    return()
endif()
run(systemd-tmpfiles --root=${STAGED} --create --prefix=/etc/oktail)
execute_process(COMMAND stat --format=%a:%u ${STAGED}/etc/oktail/secrets OUTPUT_VARIABLE secrets OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT secrets STREQUAL "750:0")
    message(FATAL_ERROR "/etc/oktail/secrets is ${secrets}")
endif()
