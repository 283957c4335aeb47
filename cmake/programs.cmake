# How Baton's own programs are built: static ELF files with musl's headers, started by libsys's crt0 and reaching the
# system library through its table. musl's libc.a supplies pure functions (strings, formatting, sorting).

set(target_option "")
if(CMAKE_C_COMPILER_TARGET)
    set(target_option --target=${CMAKE_C_COMPILER_TARGET})
endif()
execute_process(COMMAND ${CMAKE_C_COMPILER} ${target_option} -print-libgcc-file-name OUTPUT_VARIABLE BATON_LIBGCC
    OUTPUT_STRIP_TRAILING_WHITESPACE)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-resource-dir OUTPUT_VARIABLE BATON_COMPILER_DIR
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(BATON_COMPILER_INCLUDE ${BATON_COMPILER_DIR}/include)
else()
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include OUTPUT_VARIABLE BATON_COMPILER_INCLUDE
        OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
set(BATON_MUSL_INCLUDE /usr/include/${BATON_ARCH}-linux-musl)
set(BATON_MUSL_LIBC /usr/lib/${BATON_ARCH}-linux-musl/libc.a)

# libgcc's way to do atomics asks the C library what the processor has.
set(BATON_ATOMICS $<$<STREQUAL:${BATON_ARCH},aarch64>:-mno-outline-atomics>)
set(BATON_PROGRAM_OPTIONS ${BATON_ATOMICS} -nostdinc "SHELL:-isystem ${BATON_MUSL_INCLUDE}" "SHELL:-isystem ${BATON_COMPILER_INCLUDE}"
    -D_GNU_SOURCE -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables)

# baton_program(TARGET DIRECTORY FILE SOURCES...): builds DIRECTORY/FILE in the build folder.
function(baton_program target directory file)
    add_executable(${target} ${ARGN})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${directory})
    target_compile_options(${target} PRIVATE ${BATON_PROGRAM_OPTIONS})
    target_link_options(${target} PRIVATE -nostdlib -static -Wl,--build-id=none -Wl,-z,noexecstack
        -Wl,-z,max-page-size=4096)
    target_link_libraries(${target} PRIVATE sys_native)
    target_link_libraries(${target} PRIVATE -Wl,--start-group ${BATON_MUSL_LIBC} ${BATON_LIBGCC} -Wl,--end-group)
endfunction()
