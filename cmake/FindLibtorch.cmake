# Finds libtorch in a folder that is laid out as the Python package torch is, or as libtorch's own archive: include/, lib/.
# Gives Libtorch::Libtorch, which is libtorch_cpu and libc10: they link and run where there is no GPU, and configuring
# needs no CUDA toolkit, while the package's own TorchConfig.cmake demands one (docs/torch.md).
#
#   TAMIS_TORCH        that folder, if it is to be a certain one; a variable of CMake or of the environment
#   TAMIS_TORCH_CUDA   ON to link libtorch_cuda and libc10_cuda too, without which tensors live on the CPU alone
#
# Without TAMIS_TORCH it looks, in this order: at a target named torch, which find_package(Torch) has made, at Torch_DIR,
# at CMAKE_PREFIX_PATH, and at the package of the Python that is first in PATH. Nothing is imported or run but that
# Python's search for the package.

if(TARGET Libtorch::Libtorch)
  set(Libtorch_FOUND TRUE)
  return()
endif()
option(TAMIS_TORCH_CUDA "Link libtorch_cuda where libtorch is linked" OFF)

function(tamis_is_torch out folder)
  set(${out} FALSE PARENT_SCOPE)
  if(EXISTS "${folder}/include/ATen/core/Tensor.h" AND EXISTS "${folder}/lib/libtorch_cpu.so")
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()

# The folder of libtorch, or nothing.
function(tamis_find_torch out)
  set(${out} "" PARENT_SCOPE)
  if(TAMIS_TORCH OR NOT "$ENV{TAMIS_TORCH}" STREQUAL "")
    set(folder "${TAMIS_TORCH}")
    if(NOT folder)
      set(folder "$ENV{TAMIS_TORCH}")
    endif()
    tamis_is_torch(found "${folder}")
    if(NOT found)
      message(FATAL_ERROR "tamis: TAMIS_TORCH names '${folder}', which is not the folder of libtorch: it has no "
                          "include/ATen/core/Tensor.h or no lib/libtorch_cpu.so.")
    endif()
    set(${out} "${folder}" PARENT_SCOPE)
    return()
  endif()

  set(candidates "")
  if(Torch_DIR)
    get_filename_component(folder "${Torch_DIR}/../../.." ABSOLUTE)
    list(APPEND candidates "${folder}")
  endif()
  foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
    file(GLOB packages "${prefix}/lib/python3*/site-packages/torch")
    get_filename_component(above "${prefix}/../.." ABSOLUTE)  # torch.utils.cmake_prefix_path ends in share/cmake
    list(APPEND candidates "${prefix}" "${prefix}/torch" "${above}" ${packages})
  endforeach()
  foreach(folder IN LISTS candidates)
    tamis_is_torch(found "${folder}")
    if(found)
      set(${out} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()

  find_program(TAMIS_PYTHON_OF_TORCH NAMES python3 python)
  mark_as_advanced(TAMIS_PYTHON_OF_TORCH)
  if(TAMIS_PYTHON_OF_TORCH)
    execute_process(COMMAND ${TAMIS_PYTHON_OF_TORCH} -c
        "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '', end='')"
      OUTPUT_VARIABLE folder ERROR_QUIET)
    tamis_is_torch(found "${folder}")
    if(found)
      set(${out} "${folder}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

if(TARGET torch)  # find_package(Torch) came first, and found what it needs
  add_library(Libtorch::Libtorch INTERFACE IMPORTED GLOBAL)
  target_link_libraries(Libtorch::Libtorch INTERFACE torch)
  set(Libtorch_FOLDER "${TORCH_INSTALL_PREFIX}")
  set(Libtorch_VERSION "${Torch_VERSION}")
else()
  tamis_find_torch(Libtorch_FOLDER)
endif()

if(Libtorch_FOLDER AND NOT Libtorch_VERSION)
  set(header "${Libtorch_FOLDER}/include/torch/headeronly/version.h")
  if(NOT EXISTS "${header}")
    set(header "${Libtorch_FOLDER}/include/torch/csrc/api/include/torch/version.h")
  endif()
  if(EXISTS "${header}")
    file(STRINGS "${header}" lines REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    list(TRANSFORM lines REPLACE ".* ([0-9]+)$" "\\1")
    list(JOIN lines "." Libtorch_VERSION)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch REQUIRED_VARS Libtorch_FOLDER VERSION_VAR Libtorch_VERSION)

if(Libtorch_FOUND)
  set_property(GLOBAL PROPERTY TAMIS_TORCH_FOLDER "${Libtorch_FOLDER}")
endif()
if(Libtorch_FOUND AND NOT TARGET Libtorch::Libtorch)
  set(libraries c10 torch_cpu)
  if(TAMIS_TORCH_CUDA)
    list(APPEND libraries c10_cuda torch_cuda)
  endif()
  foreach(library IN LISTS libraries)
    add_library(Libtorch::${library} SHARED IMPORTED GLOBAL)
    set_target_properties(Libtorch::${library} PROPERTIES IMPORTED_LOCATION "${Libtorch_FOLDER}/lib/lib${library}.so")
  endforeach()
  add_library(Libtorch::Libtorch INTERFACE IMPORTED GLOBAL)
  target_include_directories(Libtorch::Libtorch INTERFACE
    "${Libtorch_FOLDER}/include" "${Libtorch_FOLDER}/include/torch/csrc/api/include")
  target_link_libraries(Libtorch::Libtorch INTERFACE Libtorch::torch_cpu Libtorch::c10)
  if(TAMIS_TORCH_CUDA)  # no symbol of libtorch_cuda is called: it adds the device when it is loaded
    target_link_libraries(Libtorch::Libtorch INTERFACE
      -Wl,--no-as-needed Libtorch::torch_cuda -Wl,--as-needed Libtorch::c10_cuda)
  endif()
endif()
