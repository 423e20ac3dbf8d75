# Reads the #include lines of the headers: the components, the test of the layers and the install rules all
# follow from them. Works in scripts, too.

# tamis_headers(OUT FOLDER): the headers under FOLDER, relative to it.
function(tamis_headers out folder)
  set(again CONFIGURE_DEPENDS)
  if(CMAKE_SCRIPT_MODE_FILE)
    set(again "")
  endif()
  file(GLOB_RECURSE headers RELATIVE ${folder} ${again} ${folder}/*.hpp ${folder}/*.cuh)
  list(SORT headers)
  set(${out} ${headers} PARENT_SCOPE)
endfunction()

# tamis_includes(OWN OTHERS FOLDER HEADER): what HEADER includes itself: OWN headers, as paths relative to FOLDER
# (also those that are not there), and OTHERS, which it includes in angle brackets.
function(tamis_includes own others folder header)
  file(STRINGS ${folder}/${header} lines REGEX "^[ \t]*#[ \t]*include")
  get_filename_component(here ${folder}/${header} DIRECTORY)
  set(own_found "")
  set(others_found "")
  foreach(line IN LISTS lines)
    if(line MATCHES "include[ \t]*\"([^\"]+)\"")
      get_filename_component(path ${CMAKE_MATCH_1} ABSOLUTE BASE_DIR ${here})
      file(RELATIVE_PATH path ${folder} ${path})
      list(APPEND own_found ${path})
    elseif(line MATCHES "include[ \t]*<([^>]+)>")
      list(APPEND others_found ${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(${own} ${own_found} PARENT_SCOPE)
  set(${others} ${others_found} PARENT_SCOPE)
endfunction()

# tamis_all_includes(OUT FOLDER HEADER): everything that HEADER includes in angle brackets, itself or through
# headers of its own.
function(tamis_all_includes out folder header)
  set(seen ${header})
  set(todo ${header})
  set(found "")
  while(todo)
    list(POP_FRONT todo next)
    tamis_includes(own others ${folder} ${next})
    list(APPEND found ${others})
    foreach(path IN LISTS own)
      if(NOT path IN_LIST seen AND EXISTS ${folder}/${path})
        list(APPEND seen ${path})
        list(APPEND todo ${path})
      endif()
    endforeach()
  endwhile()
  list(REMOVE_DUPLICATES found)
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# tamis_is_third_party(OUT NAME): is <NAME> a header of a third party? The standard library and the system have
# names without a folder, or in sys/.
function(tamis_is_third_party out name)
  set(${out} FALSE PARENT_SCOPE)
  if((name MATCHES "/" AND NOT name MATCHES "^sys/") OR name MATCHES "^(mpi|nccl|cuda.*)\\.h$")
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()
