# libcq.so and libcq.a, of which only cq_* can be seen; the C examples; what `make install` installs.
set(man ${CMAKE_BINARY_DIR}/cq.1)
set(completions ${CMAKE_BINARY_DIR}/completions)

file(GLOB public_header CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/cq/cq.h)
if(public_header)
  add_library(cq_shared SHARED $<TARGET_OBJECTS:cq_core_objects> $<TARGET_OBJECTS:cq_os>)
  set_target_properties(cq_shared PROPERTIES
    OUTPUT_NAME cq VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/libcq.map)
  target_link_libraries(cq_shared PRIVATE cq_third_party_shared)
  target_link_options(cq_shared PRIVATE
    -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/libcq.map
    -Wl,--gc-sections -Wl,--as-needed -Wl,-z,defs -Wl,-z,relro -Wl,-z,noexecstack -Wl,-Bsymbolic)

  # One relocatable object in which every other symbol is made local, so that a program which has
  # a tree-sitter of its own can link it.
  set(object ${CMAKE_BINARY_DIR}/libcq.o)
  set(archive ${CMAKE_BINARY_DIR}/libcq.a)
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_LINKER} -r -o ${object} $<TARGET_OBJECTS:cq_core_objects> $<TARGET_OBJECTS:cq_os>
      $<TARGET_OBJECTS:cq_tree_sitter_objects>
      --whole-archive $<TARGET_FILE:cq_grammars> --no-whole-archive
    COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=cq_*" ${object}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} rcs ${archive} ${object}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${object}
    DEPENDS cq_core_objects $<TARGET_OBJECTS:cq_core_objects> $<TARGET_OBJECTS:cq_os>
      $<TARGET_OBJECTS:cq_tree_sitter_objects> $<TARGET_FILE:cq_grammars>
    COMMAND_EXPAND_LISTS VERBATIM COMMENT "Linking libcq.a")
  add_custom_target(cq_archive ALL DEPENDS ${archive})

  # examples/*.c: compiled as a user's program is, with the public header alone.
  file(GLOB examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/*.c)
  foreach(example IN LISTS examples)
    cmake_path(GET example STEM name)
    add_executable(example-${name}-shared ${example})
    target_link_libraries(example-${name}-shared PRIVATE cq_shared)
    add_executable(example-${name}-static ${example})
    add_dependencies(example-${name}-static cq_archive)
    set_property(TARGET example-${name}-static APPEND PROPERTY LINK_DEPENDS ${archive})
    target_link_libraries(example-${name}-static PRIVATE
      ${archive} ${CQ_SHARED_pcre2-8} ${CQ_SHARED_jansson} ${CQ_SHARED_xxhash}
      ${CQ_SHARED_sodium} ${CQ_SHARED_sqlite3} ${CQ_SHARED_yaml}
      ${CQ_SHARED_zstd} m Threads::Threads)
    foreach(form shared static)
      target_compile_options(example-${name}-${form} PRIVATE -std=c17 -Wall -Wextra -Wpedantic -Werror)
      target_include_directories(example-${name}-${form} PRIVATE ${CMAKE_SOURCE_DIR}/include)
    endforeach()
  endforeach()

  configure_file(${CMAKE_SOURCE_DIR}/cmake/cq.pc.in ${CMAKE_BINARY_DIR}/cq.pc @ONLY)
  install(TARGETS cq_shared LIBRARY DESTINATION lib)
  install(FILES ${archive} DESTINATION lib)
  install(FILES ${CMAKE_BINARY_DIR}/cq.pc DESTINATION lib/pkgconfig)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/cq DESTINATION include)
endif()

# The man page and the shell completions come from the operation table, so the program writes them.
function(cq_generate output arguments)
  add_custom_command(OUTPUT ${output} DEPENDS cq VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
    COMMAND sh -c "\"$0\" ${arguments} >\"$1.tmp\" && mv \"$1.tmp\" \"$1\"" $<TARGET_FILE:cq> ${output})
endfunction()
cq_generate(${man} "help --man")
cq_generate(${completions}/cq.bash "completion bash")
cq_generate(${completions}/_cq "completion zsh")
cq_generate(${completions}/cq.fish "completion fish")
add_custom_target(cq-docs DEPENDS
  ${man} ${completions}/cq.bash ${completions}/_cq ${completions}/cq.fish)

install(TARGETS cq RUNTIME DESTINATION bin)
install(FILES ${man} DESTINATION share/man/man1)
install(FILES ${CMAKE_SOURCE_DIR}/data/tokens.cqm DESTINATION share/cq) # docs/model.md
install(FILES ${completions}/cq.bash DESTINATION share/bash-completion/completions RENAME cq)
install(FILES ${completions}/_cq DESTINATION share/zsh/site-functions)
install(FILES ${completions}/cq.fish DESTINATION share/fish/vendor_completions.d)
