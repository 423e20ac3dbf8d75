# Compiles SOURCE twice: as it is, which must work, and with TAMIS_SHOULD_FAIL, which must fail with the words of
# each line `// expected-error {{...}}` in it.
#
#   cmake -D "COMPILE=g++;-std=c++20;..." -D SOURCE=tests/compile_fail/x.cpp -P compile_fail.cmake
cmake_minimum_required(VERSION 3.24)
file(STRINGS ${SOURCE} expectations REGEX "// expected-error {{.*}}")
if(NOT expectations)
  message(FATAL_ERROR "${SOURCE} says no expected error: add a line `// expected-error {{words}}`.")
endif()

execute_process(COMMAND ${COMPILE} ${SOURCE} RESULT_VARIABLE failed ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "The control does not compile:\n${said}")
endif()

execute_process(COMMAND ${COMPILE} -DTAMIS_SHOULD_FAIL ${SOURCE} RESULT_VARIABLE failed ERROR_VARIABLE said)
if(NOT failed)
  message(FATAL_ERROR "It compiles with TAMIS_SHOULD_FAIL, and should not.")
endif()

# Read as one text, for a list of CMake would part at the semicolons of the messages.
file(READ ${SOURCE} text)
while(text MATCHES "// expected-error {{([^\n]*)}}")
  set(words "${CMAKE_MATCH_1}")
  string(FIND "${text}" "{{${words}}}" at)
  string(LENGTH "{{${words}}}" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${text}" ${at} -1 text)
  string(FIND "${said}" "${words}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "It fails, but not with the words \"${words}\":\n${said}")
  endif()
endwhile()
