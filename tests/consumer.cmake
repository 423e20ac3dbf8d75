# Configures, builds and runs the project in consumer/ in the folder WORK, with the cache entries in OPTIONS. With
# EXPECTED, configuring must fail, and say that text.
cmake_minimum_required(VERSION 3.24)

file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}
                        ${OPTIONS} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(EXPECTED)
  # CMake breaks the lines of what it says.
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  string(FIND "${said}" "${EXPECTED}" at)
  if(NOT failed OR at EQUAL -1)
    message(FATAL_ERROR "Configuring should fail with \"${EXPECTED}\". It said:\n${said}")
  endif()
  return()
endif()
if(failed)
  message(FATAL_ERROR "The consumer could not be configured:\n${said}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "The consumer could not be built:\n${said}")
endif()

file(GLOB programs ${WORK}/draws ${WORK}/uses_*)
foreach(program IN LISTS programs)
  execute_process(COMMAND ${program} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "${program} failed: ${failed}\n${said}")
  endif()
endforeach()
