# Programs that benchmarks compare with and that must be compiled: bench/peers/. Left out where what
# they need is not installed; cq-bench then says so.
find_program(CQ_CXX g++)
find_path(CQ_INCLUDE_tbb oneapi/tbb/flow_graph.h)
mark_as_advanced(CQ_CXX CQ_INCLUDE_tbb)
if(CQ_CXX AND CQ_INCLUDE_tbb AND TARGET cq-bench AND NOT CQ_SANITIZE)
  set(peer ${CMAKE_BINARY_DIR}/tbb_flow.so)
  set(source ${CMAKE_SOURCE_DIR}/bench/peers/tbb_flow.cpp)
  add_custom_command(OUTPUT ${peer} DEPENDS ${source} VERBATIM
    COMMAND ${CQ_CXX} -std=c++17 -O2 -shared -fPIC -o ${peer} ${source} -ltbb)
  add_custom_target(cq-tbb-peer DEPENDS ${peer})
  add_dependencies(cq-bench cq-tbb-peer)
endif()
