# tamis::tamis is the headers and C++20, and needs nothing else. Each third party stands behind a component of its
# own, tamis::eigen and so on. A header belongs to the component whose third party it includes, itself or through
# others, and to tamis::tamis if it includes none.
include(${CMAKE_CURRENT_LIST_DIR}/includes.cmake)

add_library(tamis INTERFACE)
add_library(tamis::tamis ALIAS tamis)
target_compile_features(tamis INTERFACE cxx_std_20)

tamis_headers(core_headers ${PROJECT_SOURCE_DIR}/include)
foreach(header IN LISTS core_headers)
  tamis_all_includes(includes_of_${header} ${PROJECT_SOURCE_DIR}/include ${header})
endforeach()

# tamis_component(NAME INCLUDES prefix [EXCEPT prefix] PACKAGE package MINIMUM version TARGET target REMEDY words)
#
# Adds tamis::NAME, with the headers that include <prefix...>, and not <except...>, on the package's target. Where the package is not
# found the component is still there to be installed, but nothing here links it: TAMIS_HAS_<NAME> is false. The
# remedy says what to do then.
function(tamis_component name)
  cmake_parse_arguments(PARSE_ARGV 1 its "" "INCLUDES;EXCEPT;PACKAGE;MINIMUM;TARGET;REMEDY" "")
  if(NOT TARGET ${its_TARGET})
    find_package(${its_PACKAGE} ${its_MINIMUM} QUIET)
  endif()
  set(found FALSE)
  if(TARGET ${its_TARGET})
    set(found TRUE)
  else()
    message(STATUS "tamis::${name} is off: ${its_PACKAGE} ${its_MINIMUM} was not found; ${its_REMEDY}")
  endif()
  string(TOUPPER ${name} upper)
  set(TAMIS_HAS_${upper} ${found} PARENT_SCOPE)

  set(headers "")
  foreach(header IN LISTS core_headers)
    if(its_EXCEPT AND ";${includes_of_${header}}" MATCHES ";${its_EXCEPT}")
      continue()
    endif()
    if(";${includes_of_${header}}" MATCHES ";${its_INCLUDES}")
      list(APPEND headers ${header})
    endif()
  endforeach()
  list(REMOVE_ITEM core_headers ${headers})
  set(core_headers ${core_headers} PARENT_SCOPE)

  add_library(tamis_${name} INTERFACE)
  add_library(tamis::${name} ALIAS tamis_${name})
  set_target_properties(tamis_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(tamis_${name} INTERFACE tamis ${its_TARGET})
  tamis_header_set(tamis_${name} "${headers}" ${found})
  set(components ${components} "${name}|${its_PACKAGE}|${its_MINIMUM}|${its_TARGET}|${its_REMEDY}" PARENT_SCOPE)
endfunction()

# Makes headers, relative to include/, the header set of a target; verified, each compiles alone as
# `cmake --build build --target all_verify_interface_header_sets` shows.
function(tamis_header_set target headers verified)
  list(TRANSFORM headers PREPEND ${PROJECT_SOURCE_DIR}/include/)
  target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
  if(PROJECT_IS_TOP_LEVEL AND verified)
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS TRUE)
  endif()
endfunction()

set(components "")
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})  # FindLibtorch.cmake, FindNccl.cmake
tamis_component(eigen INCLUDES Eigen/ PACKAGE Eigen3 MINIMUM 3.3 TARGET Eigen3::Eigen
                REMEDY "install it (Debian: libeigen3-dev) or set Eigen3_DIR")
tamis_component(json INCLUDES nlohmann/ EXCEPT "(ATen|c10|torch)/" PACKAGE nlohmann_json MINIMUM 3.10 TARGET nlohmann_json::nlohmann_json
                REMEDY "install it (Debian: nlohmann-json3-dev) or set nlohmann_json_DIR")
tamis_component(torch INCLUDES "(ATen|c10|torch)/" PACKAGE Libtorch MINIMUM 2.7 TARGET Libtorch::Libtorch
                REMEDY "install it (pip install torch==2.11.0) or set TAMIS_TORCH to the folder of the Python package torch")
tamis_component(mpi INCLUDES "mpi\\.h" PACKAGE MPI MINIMUM 3.0 TARGET MPI::MPI_CXX
                REMEDY "install it (Debian: libopenmpi-dev openmpi-bin) or set MPI_CXX_COMPILER to its mpicxx")
tamis_component(nccl INCLUDES "nccl\\.h" PACKAGE Nccl MINIMUM 2.14 TARGET Nccl::Nccl
                REMEDY "install NCCL and the CUDA runtime, or set CUDAToolkit_ROOT and NCCL_ROOT")
tamis_component(cuda INCLUDES "(cuda_|nv/)" PACKAGE CUDAToolkit MINIMUM 12.0 TARGET CUDA::cudart
                REMEDY "install the CUDA toolkit or set CUDAToolkit_ROOT")
# CMake before 3.25.2 does not know C++20 for CUDA, and what nvcc compiles cannot be verified with the host's compiler.
target_compile_options(tamis_cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20> $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr>
                       $<$<COMPILE_LANGUAGE:CUDA>:--fmad=false>)  # what a policy adds up is added up as on the host; fma is said where it is meant
set_target_properties(tamis_cuda PROPERTIES VERIFY_INTERFACE_HEADER_SETS FALSE)
tamis_header_set(tamis "${core_headers}" TRUE)
