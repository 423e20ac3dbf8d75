# Finds NCCL and the CUDA runtime that it stands on. Gives Nccl::Nccl.
#
#   NCCL_ROOT          where NCCL lies, if not beside the runtime
#   CUDAToolkit_ROOT   where the CUDA toolkit lies
if(TARGET Nccl::Nccl)
  set(Nccl_FOUND TRUE)
  return()
endif()
set(places $ENV{NCCL_ROOT} ${NCCL_ROOT} $ENV{CUDAToolkit_ROOT} ${CUDAToolkit_ROOT} $ENV{CUDA_HOME} /usr/local/cuda /usr/local)
find_path(Nccl_INCLUDE_DIR nccl.h HINTS ${places} PATH_SUFFIXES include)
find_library(Nccl_LIBRARY nccl HINTS ${places} PATH_SUFFIXES lib lib64)
find_path(Nccl_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${places} PATH_SUFFIXES include)
find_library(Nccl_CUDA_LIBRARY cudart HINTS ${places} PATH_SUFFIXES lib64 lib)
mark_as_advanced(Nccl_INCLUDE_DIR Nccl_LIBRARY Nccl_CUDA_INCLUDE_DIR Nccl_CUDA_LIBRARY)
if(Nccl_INCLUDE_DIR)
  file(STRINGS "${Nccl_INCLUDE_DIR}/nccl.h" lines REGEX "^#define NCCL_(MAJOR|MINOR|PATCH) [0-9]+")
  string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
  list(JOIN numbers "." Nccl_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Nccl VERSION_VAR Nccl_VERSION
  REQUIRED_VARS Nccl_LIBRARY Nccl_INCLUDE_DIR Nccl_CUDA_LIBRARY Nccl_CUDA_INCLUDE_DIR)
if(Nccl_FOUND)
  add_library(Nccl::Nccl INTERFACE IMPORTED GLOBAL)
  target_include_directories(Nccl::Nccl SYSTEM INTERFACE ${Nccl_INCLUDE_DIR} ${Nccl_CUDA_INCLUDE_DIR})
  target_link_libraries(Nccl::Nccl INTERFACE ${Nccl_LIBRARY} ${Nccl_CUDA_LIBRARY})
endif()
