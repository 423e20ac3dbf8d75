# tamis::tamis is the headers and C++20, and needs nothing else. Each third party stands behind a component of its own.

add_library(tamis INTERFACE)
add_library(tamis::tamis ALIAS tamis)
target_compile_features(tamis INTERFACE cxx_std_20)
target_include_directories(tamis INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)

# tamis::eigen: the reference backend and the CPU models.
find_package(Eigen3 3.3 QUIET NO_MODULE)
if(TARGET Eigen3::Eigen)
  add_library(tamis_eigen INTERFACE)
  add_library(tamis::eigen ALIAS tamis_eigen)
  set_target_properties(tamis_eigen PROPERTIES EXPORT_NAME eigen)
  target_link_libraries(tamis_eigen INTERFACE tamis Eigen3::Eigen)
endif()

# tamis::json: configurations in and out of JSON.
find_package(nlohmann_json 3.10 QUIET)
if(TARGET nlohmann_json::nlohmann_json)
  add_library(tamis_json INTERFACE)
  add_library(tamis::json ALIAS tamis_json)
  set_target_properties(tamis_json PROPERTIES EXPORT_NAME json)
  target_link_libraries(tamis_json INTERFACE tamis nlohmann_json::nlohmann_json)
endif()
