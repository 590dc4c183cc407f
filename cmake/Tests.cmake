# All tests, as ctest sees them. Names: PRESET.unit.base.arena, PRESET.cli.search.literal, PRESET.fuzz.glob,
# PRESET.faults.NAME, PRESET.bench.smoke, PRESET.soak.cells, release.symbols, style.rules, script.NAME.

# Kernels that randomise more address bits than the sanitizers of gcc 13 and clang 14 know of.
set(launcher)
if(CQ_SANITIZE AND EXISTS /proc/sys/vm/mmap_rnd_bits)
  file(READ /proc/sys/vm/mmap_rnd_bits random_bits)
  execute_process(COMMAND setarch -R true RESULT_VARIABLE no_setarch OUTPUT_QUIET ERROR_QUIET)
  if(random_bits GREATER 28 AND NOT no_setarch)
    set(launcher setarch -R)
  endif()
endif()

# A sanitizer's exit code must not look like one of cq's.
set(environment
  ASAN_OPTIONS=exitcode=99:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
  UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
  TSAN_OPTIONS=exitcode=99:second_deadlock_stack=1
  CQ_SOURCE=${CMAKE_SOURCE_DIR} CQ_BUILD=${CMAKE_BINARY_DIR} CQ_PEERS=${CMAKE_SOURCE_DIR}/build/peers)

# cq_add_test(NAME COMMAND...): runs in the source folder; exit code 77 means skipped.
function(cq_add_test name)
  add_test(NAME ${name} COMMAND ${launcher} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "${environment}" SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()

# Unit tests: src/base/arena_test.c defines `int base_arena_test(void)`; all are linked into cq-test.
if(CQ_TESTS)
  file(GLOB_RECURSE unit_sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/*_test.c)
  file(GLOB support_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.c)
  if(unit_sources)
    set(CQ_SUITE_DECLARATIONS)
    set(CQ_SUITE_ROWS)
    foreach(source IN LISTS unit_sources)
      string(REGEX REPLACE "\\.c$" "" suite ${source})
      string(REPLACE "/" "." test ${suite})
      string(REGEX REPLACE "_test$" "" test ${test})
      string(MAKE_C_IDENTIFIER ${suite} suite)
      string(APPEND CQ_SUITE_DECLARATIONS "int ${suite}(void);\n")
      string(APPEND CQ_SUITE_ROWS "    {\"${suite}\", ${suite}},\n")
      cq_add_test(${CQ_TEST_PREFIX}unit.${test} $<TARGET_FILE:cq-test> ${suite})
    endforeach()
    configure_file(${CMAKE_SOURCE_DIR}/cmake/unit_main.c.in unit_main.c @ONLY)
    list(TRANSFORM unit_sources PREPEND ${CMAKE_SOURCE_DIR}/src/)
    cq_add_program(cq-test cq_os ${CMAKE_BINARY_DIR}/unit_main.c ${unit_sources} ${support_sources})
    target_include_directories(cq-test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    find_library(CQ_CMOCKA cmocka REQUIRED)
    target_link_libraries(cq-test PRIVATE ${CQ_CMOCKA})
  endif()
  if(TARGET cq-bench)
    cq_add_test(${CQ_TEST_PREFIX}bench.smoke $<TARGET_FILE:cq-bench> --smoke)
  endif()
  if(TARGET cq-soak)
    cq_add_test(${CQ_TEST_PREFIX}soak.cells $<TARGET_FILE:cq-soak> cells --seconds 2)
    cq_add_test(${CQ_TEST_PREFIX}soak.plans $<TARGET_FILE:cq-soak> plans --seconds 2)
  endif()
endif()

# Command-line tests: tests/cli/OP/CASE.sh, run as tests/run-cli.sh tells; tests/faults/CASE.sh likewise,
# but over a system whose calls can be made to fail.
if(NOT CQ_FUZZ)
  file(GLOB cases CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/tests/cli ${CMAKE_SOURCE_DIR}/tests/cli/*/*.sh)
  foreach(case IN LISTS cases)
    string(REGEX REPLACE "\\.sh$" "" test ${case})
    string(REPLACE "/" "." test ${test})
    cq_add_test(${CQ_TEST_PREFIX}cli.${test} tests/run-cli.sh $<TARGET_FILE:cq> tests/cli/${case})
  endforeach()
endif()
if(TARGET cq-faulty)
  file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/faults/*.sh)
  foreach(case IN LISTS cases)
    cmake_path(GET case STEM test)
    cq_add_test(${CQ_TEST_PREFIX}faults.${test} tests/run-cli.sh $<TARGET_FILE:cq-faulty> tests/faults/${test}.sh)
  endforeach()
endif()

# Facts of the languages: tests/lang/LANGUAGE/CASE/{input.*,expected.json}; and lists of files against git.
if(CQ_TESTS)
  file(GLOB cases CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/tests/lang ${CMAKE_SOURCE_DIR}/tests/lang/*/*)
  foreach(case IN LISTS cases)
    string(REPLACE "/" "." test ${case})
    cq_add_test(${CQ_TEST_PREFIX}lang.${test} tests/run-lang.sh $<TARGET_FILE:cq-facts> tests/lang/${case})
  endforeach()
  set(faulty)
  if(TARGET cq-universe-faulty)
    set(faulty $<TARGET_FILE:cq-universe-faulty>)
  endif()
  cq_add_test(${CQ_TEST_PREFIX}embed tests/embed.sh $<TARGET_FILE:cq-embed>)
  cq_add_test(${CQ_TEST_PREFIX}universe tests/universe.sh $<TARGET_FILE:cq-universe> ${faulty})
endif()

if(CQ_TESTS)
  foreach(name IN LISTS fuzz_names)
    set(corpus)
    if(EXISTS ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
      set(corpus fuzz/corpus/${name})
    endif()
    cq_add_test(${CQ_TEST_PREFIX}fuzz.${name} $<TARGET_FILE:fuzz-replay-${name}> ${corpus})
  endforeach()
endif()

# What is shipped: only cq_* leaves the library, it installs, the examples run.
if(CQ_RELEASE)
  cq_add_test(${CQ_TEST_PREFIX}generated tests/generated.sh $<TARGET_FILE:cq>)
  if(TARGET cq_shared)
    cq_add_test(${CQ_TEST_PREFIX}symbols tests/symbols.sh $<TARGET_FILE:cq> $<TARGET_FILE:cq_shared> ${archive})
    cq_add_test(${CQ_TEST_PREFIX}install tests/install.sh)
    foreach(example IN LISTS examples)
      cmake_path(GET example STEM name)
      cq_add_test(${CQ_TEST_PREFIX}example.${name}.shared $<TARGET_FILE:example-${name}-shared> .)
      cq_add_test(${CQ_TEST_PREFIX}example.${name}.static $<TARGET_FILE:example-${name}-static> .)
    endforeach()
  endif()
endif()

# Once, whatever the preset: the rules of the house, and scripts that compare cq with other programs.
if(CQ_ONCE)
  cq_add_test(style.layers tools/layers.sh)
  cq_add_test(style.rules tools/style.sh)
  cq_add_test(style.format tools/format.sh --check)
  cq_add_test(style.selftest tests/style_selftest.sh)
  cq_add_test(style.runner tests/run-cli_selftest.sh)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/scripts/*.sh)
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    cq_add_test(script.${name} tests/scripts/${name}.sh)
  endforeach()
endif()
