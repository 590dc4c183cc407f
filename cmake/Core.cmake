# The code of cq and the programs made of it.
#   cq_core   everything in src/ but main.c and the two forms of the operating system
#   cq_os     src/base/os*.c     cq_os_fake  src/base/os_fake.c, which can make any call fail
# A program links cq_core and one of the two.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.c)
list(FILTER sources EXCLUDE REGEX "_test\\.c$")
list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/src/main.c
  ${CMAKE_SOURCE_DIR}/src/base/os_fake.c)
set(os_sources ${sources})
list(FILTER os_sources INCLUDE REGEX "/base/os(_[a-z]+)?\\.c$")
list(REMOVE_ITEM sources ${os_sources})
# What is written for one kind of processor: x_avx2.c, x_avx512.c, x_neon.c.
set(instructions_avx2 -mavx2)
set(instructions_avx512 -mavx512f -mavx512bw -mavx512vnni)
foreach(source IN LISTS sources)
  if(NOT source MATCHES "_(avx2|avx512|neon)\\.c$")
    continue()
  endif()
  set(kind ${CMAKE_MATCH_1})
  if(kind STREQUAL neon AND CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    continue() # part of every one of them
  endif()
  if(NOT kind STREQUAL neon AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${instructions_${kind}}")
  else()
    list(REMOVE_ITEM sources ${source})
  endif()
endforeach()

# It reads the memory of trees.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/lang/flat.c PROPERTIES COMPILE_OPTIONS
  "-isystem;${CMAKE_SOURCE_DIR}/build/third_party/tree-sitter/lib/src")

# Its inner loop is worth vectors.
if(CMAKE_C_FLAGS MATCHES "-O2")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/retrieve/model.c PROPERTIES COMPILE_OPTIONS -O3)
endif()

# The doors are for programs: the library has none of them, nor what only they need.
set(door_sources ${sources})
list(FILTER door_sources INCLUDE REGEX "/src/door/")
list(REMOVE_ITEM sources ${door_sources})
# The page of cq serve: one document, made of its parts.
set(page ${CMAKE_SOURCE_DIR}/src/door/http/page)
file(GLOB page_parts CONFIGURE_DEPENDS ${page}/*)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/page.c
  COMMAND ${CMAKE_COMMAND} -DFROM=${page} -DTO=${CMAKE_BINARY_DIR}/page.c -P ${CMAKE_SOURCE_DIR}/cmake/page.cmake
  DEPENDS ${page_parts} ${CMAKE_SOURCE_DIR}/cmake/page.cmake VERBATIM COMMENT "Making the page")
list(APPEND door_sources ${CMAKE_BINARY_DIR}/page.c)
add_library(cq_core_objects OBJECT ${sources})
target_link_libraries(cq_core_objects PRIVATE cq_flags cq_third_party)
add_library(cq_door_objects OBJECT ${door_sources})
target_link_libraries(cq_door_objects PRIVATE cq_flags cq_third_party cq_third_party_door)
add_library(cq_core STATIC $<TARGET_OBJECTS:cq_core_objects> $<TARGET_OBJECTS:cq_door_objects>)
target_link_libraries(cq_core INTERFACE cq_third_party_door cq_third_party)

# An object library of files, or of none while nobody has written them.
function(cq_add_objects target)
  file(GLOB sources CONFIGURE_DEPENDS ${ARGN})
  if(sources)
    add_library(${target} OBJECT ${sources})
    target_link_libraries(${target} PRIVATE cq_flags cq_third_party)
  else()
    add_library(${target} INTERFACE)
  endif()
endfunction()
cq_add_objects(cq_os ${os_sources})

# cq_add_program(NAME OS SOURCE...): a program over cq_core and OS.
function(cq_add_program name os)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE cq_flags ${os} cq_core)
  target_link_options(${name} PRIVATE -Wl,--gc-sections -Wl,--as-needed -Wl,-z,noexecstack)
  if(CQ_RELEASE)
    target_link_options(${name} PRIVATE -no-pie -Wl,-z,relro) # no relocations at start
  endif()
endfunction()

if(NOT CQ_FUZZ)
  cq_add_program(cq cq_os ${CMAKE_SOURCE_DIR}/src/main.c)

  # cq-soak is bench/soak*.c: random work for hours, run by hand; a test runs it for two seconds.
  file(GLOB soak_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/soak*.c)
  if(soak_sources)
    cq_add_program(cq-soak cq_os ${soak_sources})
    target_include_directories(cq-soak PRIVATE ${CMAKE_SOURCE_DIR})
  endif()
  file(GLOB bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.c)
  list(FILTER bench_sources EXCLUDE REGEX "/soak[^/]*\\.c$")
  if(bench_sources)
    cq_add_program(cq-bench cq_os ${bench_sources})
    target_include_directories(cq-bench PRIVATE ${CMAKE_SOURCE_DIR})
  endif()

  # cq-train is train/*.c: the table of token vectors is made with it. It needs a BLAS.
  file(GLOB train_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/train/*.c)
  find_path(CQ_CBLAS_INCLUDE cblas.h)
  find_library(CQ_BLAS NAMES openblas)
  if(train_sources AND CQ_CBLAS_INCLUDE AND CQ_BLAS)
    cq_add_program(cq-train cq_os ${train_sources})
    target_include_directories(cq-train PRIVATE ${CMAKE_SOURCE_DIR})
    target_include_directories(cq-train SYSTEM PRIVATE ${CQ_CBLAS_INCLUDE})
    target_link_libraries(cq-train PRIVATE ${CQ_BLAS})
  endif()

  file(GLOB facts_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/facts_dump.c
       ${CMAKE_SOURCE_DIR}/tools/names_dump.c)
  if(facts_sources)
    cq_add_program(cq-facts cq_os ${facts_sources})
    target_include_directories(cq-facts PRIVATE ${CMAKE_SOURCE_DIR})
  endif()
  cq_add_program(cq-edges cq_os ${CMAKE_SOURCE_DIR}/tools/edges_dump.c)
  cq_add_program(cq-shape cq_os ${CMAKE_SOURCE_DIR}/tools/shape_dump.c)
  cq_add_program(cq-embed cq_os ${CMAKE_SOURCE_DIR}/tools/embed_dump.c)
  add_library(cq_universe_main OBJECT ${CMAKE_SOURCE_DIR}/tools/universe_dump.c)
  target_link_libraries(cq_universe_main PRIVATE cq_flags cq_third_party)
  cq_add_program(cq-universe cq_os $<TARGET_OBJECTS:cq_universe_main>)
  file(GLOB tags_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/tags_dump.c)
  if(tags_sources AND (CQ_RELEASE OR CQ_ONCE)) # the presets that people measure with
    cq_add_program(cq-tags cq_os ${tags_sources})
  endif()
endif()

if(CQ_FAULTY)
  file(GLOB fake_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/base/os_fake.c)
  if(fake_sources)
    cq_add_objects(cq_os_fake ${fake_sources})
    cq_add_program(cq-faulty cq_os_fake ${CMAKE_SOURCE_DIR}/src/main.c)
    cq_add_program(cq-universe-faulty cq_os_fake $<TARGET_OBJECTS:cq_universe_main>)
  endif()
endif()

# The table of token vectors (docs/model.md): programs that were not installed find it beside them.
configure_file(${CMAKE_SOURCE_DIR}/data/tokens.cqm ${CMAKE_BINARY_DIR}/tokens.cqm COPYONLY)
