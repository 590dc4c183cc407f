# Programs that benchmarks compare with and that must be compiled: bench/peers/. Left out where what
# they need is not installed; cq-bench then says so.
find_program(CQ_CXX g++)
mark_as_advanced(CQ_CXX)

# cq_add_peer(NAME HEADER LIBRARY...): bench/peers/NAME.cpp as NAME.so beside cq-bench.
function(cq_add_peer name header)
  find_path(CQ_INCLUDE_${name} ${header})
  mark_as_advanced(CQ_INCLUDE_${name})
  if(NOT (CQ_CXX AND CQ_INCLUDE_${name} AND TARGET cq-bench) OR CQ_SANITIZE)
    return()
  endif()
  set(peer ${CMAKE_BINARY_DIR}/${name}.so)
  set(source ${CMAKE_SOURCE_DIR}/bench/peers/${name}.cpp)
  add_custom_command(OUTPUT ${peer} DEPENDS ${source} VERBATIM
    COMMAND ${CQ_CXX} -std=c++17 -O2 -shared -fPIC -o ${peer} ${source} ${ARGN})
  add_custom_target(cq-peer-${name} DEPENDS ${peer})
  add_dependencies(cq-bench cq-peer-${name})
endfunction()

cq_add_peer(tbb_flow oneapi/tbb/flow_graph.h -ltbb)
cq_add_peer(faiss_flat faiss/IndexFlat.h -fopenmp -lfaiss -lopenblas)
