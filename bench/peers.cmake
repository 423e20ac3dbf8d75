# The peers of tamis-bench: llama.cpp as the package llama-cpp-python installs it, and the libtorch of tamis::torch.
# TAMIS_PEERS_SITE is the folder of Python packages that llama.cpp lies in; bench/peers.sh makes it and says so.
set(TAMIS_PEERS_SITE "" CACHE PATH "The site-packages that hold llama_cpp")
find_path(TAMIS_LLAMA_CPP_INCLUDE llama.h HINTS ${TAMIS_PEERS_SITE}/include ${TAMIS_PEERS_SITE}/llama_cpp/include NO_DEFAULT_PATH)
find_library(TAMIS_LLAMA_CPP llama HINTS ${TAMIS_PEERS_SITE}/llama_cpp/lib NO_DEFAULT_PATH)
find_library(TAMIS_GGML ggml HINTS ${TAMIS_PEERS_SITE}/llama_cpp/lib NO_DEFAULT_PATH)
find_library(TAMIS_GGML_BASE ggml-base HINTS ${TAMIS_PEERS_SITE}/llama_cpp/lib NO_DEFAULT_PATH)
if(NOT TAMIS_LLAMA_CPP OR NOT TAMIS_LLAMA_CPP_INCLUDE)
  message(FATAL_ERROR "llama.cpp was not found in TAMIS_PEERS_SITE, '${TAMIS_PEERS_SITE}'; run bench/peers.sh, which installs "
                      "the peers and builds with them.")
endif()
target_sources(tamis-bench PRIVATE sampling/peers/llama_cpp.cpp)
target_include_directories(tamis-bench SYSTEM PRIVATE ${TAMIS_LLAMA_CPP_INCLUDE})
target_link_libraries(tamis-bench PRIVATE ${TAMIS_LLAMA_CPP} ${TAMIS_GGML} ${TAMIS_GGML_BASE})

if(TAMIS_HAS_TORCH)
  target_sources(tamis-bench PRIVATE sampling/peers/libtorch.cpp)
  target_link_libraries(tamis-bench PRIVATE tamis::torch)
else()
  message(STATUS "libtorch was not found: tamis-bench compares with llama.cpp alone")
endif()
