# plugin/: C++ libraries behind C functions, opened by cq when first needed (docs/vectors.md says where
# it looks). Built where the library is installed. Not under ThreadSanitizer, which knows no OpenMP.
find_program(CQ_CXX g++)
find_path(CQ_INCLUDE_faiss faiss/IndexIVFPQ.h)
find_library(CQ_LIBRARY_faiss faiss)
find_library(CQ_LIBRARY_openblas openblas)
mark_as_advanced(CQ_CXX CQ_INCLUDE_faiss CQ_LIBRARY_faiss CQ_LIBRARY_openblas)
if(CQ_CXX AND CQ_INCLUDE_faiss AND CQ_LIBRARY_faiss AND CQ_LIBRARY_openblas
    AND NOT CQ_FUZZ AND NOT CQ_SANITIZE MATCHES thread)
  set(plugin ${CMAKE_BINARY_DIR}/cq-faiss.so)
  set(source ${CMAKE_SOURCE_DIR}/plugin/faiss/faiss.cpp)
  add_custom_command(OUTPUT ${plugin} VERBATIM
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/src/retrieve/faiss_abi.h
    COMMAND ${CQ_CXX} -std=c++17 -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden
      -I${CMAKE_SOURCE_DIR}/src -o ${plugin} ${source}
      -fopenmp ${CQ_LIBRARY_faiss} ${CQ_LIBRARY_openblas} -Wl,--exclude-libs,ALL -Wl,--as-needed)
  add_custom_target(cq-plugin-faiss ALL DEPENDS ${plugin})
  if(CQ_RELEASE)
    install(FILES ${plugin} DESTINATION lib/cq)
  endif()
endif()

# DuckDB's library, for cq sql: fetched, not built (tools/fetch-duckdb.sh), and left out where it could not be had. Not under
# ThreadSanitizer, which does not see its atomics. By hand: TSAN_OPTIONS=ignore_noninstrumented_modules=1 and CQ_PLUGIN_DIR=build/duckdb.
set(duckdb ${CMAKE_SOURCE_DIR}/build/duckdb/libduckdb.so)
if(EXISTS ${duckdb} AND NOT CQ_FUZZ AND NOT CQ_SANITIZE MATCHES thread)
  file(CREATE_LINK ${duckdb} ${CMAKE_BINARY_DIR}/libduckdb.so SYMBOLIC)
  if(CQ_RELEASE)
    install(FILES ${duckdb} DESTINATION lib/cq)
  endif()
endif()
