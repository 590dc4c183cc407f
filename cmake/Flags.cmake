# cq_flags: how our own C is compiled. Third-party code does not use it.
add_library(cq_flags INTERFACE)
target_compile_options(cq_flags INTERFACE
  -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffunction-sections -fdata-sections
  -ffp-contract=off # a sum of products has the same bits on every machine
  -fno-math-errno)  # rounding and square roots are instructions, so nothing needs libm at start
target_compile_definitions(cq_flags INTERFACE _GNU_SOURCE)
target_include_directories(cq_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
if(CQ_WERROR)
  target_compile_options(cq_flags INTERFACE -Werror)
endif()
if(NOT CQ_RELEASE)
  target_compile_definitions(cq_flags INTERFACE CQ_DEBUG=1) # checks too dear for a release
endif()

# __FILE__ names no folder of this machine; in third-party code too.
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)

# Sanitizers see everything in this tree except the grammar tables: third-party code too.
if(CQ_SANITIZE)
  add_compile_options(-fsanitize=${CQ_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CQ_SANITIZE})
endif()
