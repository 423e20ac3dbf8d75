# Fails on a source file of 400 lines or more: it holds two concepts. Run: cmake -P lengths.cmake
cmake_minimum_required(VERSION 3.24)
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)

# Longer files, each with the reason.
set(longer
  tests/generation/batch_test.cpp tests/generation/generate_test.cpp tests/generation/speculative_test.cpp  # one law a case,
  tests/models/llama_test.cpp  # of one subject, which shares its models: in two files each would be compiled twice
)

set(faults "")
set(count 0)
foreach(folder IN ITEMS include examples python bench docs tests cmake)
  file(GLOB_RECURSE sources RELATIVE ${root} ${root}/${folder}/*.hpp ${root}/${folder}/*.cpp ${root}/${folder}/*.cuh
       ${root}/${folder}/*.cu ${root}/${folder}/*.inc ${root}/${folder}/*.py ${root}/${folder}/*.sh ${root}/${folder}/*.cmake)
  foreach(source IN LISTS sources)
    math(EXPR count "${count} + 1")
    file(READ ${root}/${source} text)
    string(REGEX REPLACE "[^\n]+" "" newlines "${text}")
    string(LENGTH "${newlines}" lines)
    if(lines GREATER_EQUAL 400 AND NOT source IN_LIST longer)
      string(APPEND faults "  ${source} has ${lines} lines; under 400 are allowed: it holds two concepts\n")
    elseif(lines LESS 400 AND source IN_LIST longer)
      string(APPEND faults "  ${source} has ${lines} lines: take it off the list of longer files in tests/lengths.cmake\n")
    endif()
  endforeach()
endforeach()

if(faults)
  message(FATAL_ERROR "Files of 400 lines or more:\n${faults}")
endif()
list(LENGTH longer exceptions)
message(STATUS "${count} source files: all are under 400 lines but ${exceptions}, which tests/lengths.cmake names.")
