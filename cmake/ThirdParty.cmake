# What cq links: tree-sitter and its grammars (fetched by tools/fetch-grammars.sh), PCRE2, jansson, xxhash,
# libsodium, SQLite, libyaml, Zstandard; for `cq serve` libevent and zlib. libcurl is opened when first used (its header is needed alone).
#   cq_third_party         with static system libraries, for programs
#   cq_third_party_shared  with shared ones, for libcq.so
#   cq_third_party_door    what only src/door/ uses
set(fetched ${CMAKE_SOURCE_DIR}/build/third_party)
set(tables ${CMAKE_SOURCE_DIR}/build/grammars/libcq_grammars.a)
if(NOT EXISTS ${tables} OR NOT EXISTS ${fetched}/tree-sitter/lib/src/lib.c)
  message(FATAL_ERROR "The grammars are not there yet: run `make grammars` first.")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${fetched}/.stamp)

# The parser tables: built once, for all presets, by cmake/grammars.
add_library(cq_grammars STATIC IMPORTED)
set_target_properties(cq_grammars PROPERTIES IMPORTED_LOCATION ${tables})

# The core and the scanners: compiled here, so that sanitizers watch them.
add_library(cq_tree_sitter_objects OBJECT ${fetched}/tree-sitter/lib/src/lib.c
  ${CMAKE_SOURCE_DIR}/cmake/grammars/advance.c)
target_include_directories(cq_tree_sitter_objects PRIVATE ${fetched}/tree-sitter/lib/src)
file(GLOB scanners ${fetched}/*/src/scanner.c ${fetched}/*/*/src/scanner.c)
foreach(scanner IN LISTS scanners)
  cmake_path(GET scanner PARENT_PATH folder)
  set_property(SOURCE ${scanner} APPEND PROPERTY INCLUDE_DIRECTORIES ${folder})
  target_sources(cq_tree_sitter_objects PRIVATE ${scanner})
endforeach()
target_compile_options(cq_tree_sitter_objects PRIVATE -std=c11 -O3 -w -ffunction-sections)
target_compile_definitions(cq_tree_sitter_objects PRIVATE _GNU_SOURCE)
target_include_directories(cq_tree_sitter_objects SYSTEM PUBLIC ${fetched}/tree-sitter/lib/include)
add_library(cq_tree_sitter STATIC $<TARGET_OBJECTS:cq_tree_sitter_objects>)
target_link_libraries(cq_tree_sitter INTERFACE cq_grammars)
target_link_libraries(cq_grammars INTERFACE cq_tree_sitter) # a parser calls its scanner

find_package(Threads REQUIRED)
add_library(cq_third_party INTERFACE)
add_library(cq_third_party_shared INTERFACE)
target_link_libraries(cq_third_party INTERFACE cq_tree_sitter Threads::Threads)
target_link_libraries(cq_third_party_shared INTERFACE cq_tree_sitter Threads::Threads)
target_link_libraries(cq_third_party_shared INTERFACE m)
target_include_directories(cq_third_party SYSTEM INTERFACE ${fetched}/tree-sitter/lib/include)

# A static library starts faster, as nothing is left to find and relocate; the shared one will do.
function(cq_use_library header name)
  find_path(CQ_INCLUDE_${name} ${header} REQUIRED)
  find_library(CQ_SHARED_${name} ${name} REQUIRED)
  find_library(CQ_STATIC_${name} NAMES lib${name}.a ${name})
  mark_as_advanced(CQ_INCLUDE_${name} CQ_SHARED_${name} CQ_STATIC_${name})
  target_include_directories(cq_third_party SYSTEM INTERFACE ${CQ_INCLUDE_${name}})
  target_link_libraries(cq_third_party INTERFACE ${CQ_STATIC_${name}})
  target_link_libraries(cq_third_party_shared INTERFACE ${CQ_SHARED_${name}})
endfunction()
cq_use_library(pcre2.h pcre2-8)
cq_use_library(jansson.h jansson)
cq_use_library(xxhash.h xxhash)
cq_use_library(sodium.h sodium)
cq_use_library(sqlite3.h sqlite3)
cq_use_library(zstd.h zstd) # of facts that are kept: base/squeeze.c
cq_use_library(yaml.h yaml) # settings: app/config_yaml.c
target_link_libraries(cq_third_party INTERFACE m ${CMAKE_DL_LIBS}) # of SQLite

add_library(cq_third_party_door INTERFACE)
function(cq_use_door_library header name)
  find_path(CQ_INCLUDE_${name} ${header} REQUIRED)
  find_library(CQ_STATIC_${name} NAMES lib${name}.a ${name} REQUIRED)
  mark_as_advanced(CQ_INCLUDE_${name} CQ_STATIC_${name})
  target_include_directories(cq_third_party_door SYSTEM INTERFACE ${CQ_INCLUDE_${name}})
  target_link_libraries(cq_third_party_door INTERFACE ${CQ_STATIC_${name}})
endfunction()
cq_use_door_library(event2/event.h event_core)
cq_use_door_library(zlib.h z)
