# Installs the headers, the CMake package with its components, and a file for pkg-config. Nothing installed depends
# on the machine, so all of it lies under include/ and share/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/tamis)

# Each component has an export of its own, so that who asks for none never looks for a third party.
install(TARGETS tamis EXPORT tamis-targets FILE_SET HEADERS)
install(EXPORT tamis-targets NAMESPACE tamis:: DESTINATION ${package_folder})
foreach(component IN LISTS components)
  string(REGEX MATCH "^[^|]+" name "${component}")
  install(TARGETS tamis_${name} EXPORT tamis-${name}-targets FILE_SET HEADERS)
  install(EXPORT tamis-${name}-targets NAMESPACE tamis:: DESTINATION ${package_folder})
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tamis-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/tamis-config.cmake INSTALL_DESTINATION ${package_folder}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/tamis-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/package/tamis-config.cmake
  ${PROJECT_BINARY_DIR}/package/tamis-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindLibtorch.cmake ${CMAKE_CURRENT_LIST_DIR}/FindNccl.cmake DESTINATION ${package_folder})

configure_file(${CMAKE_CURRENT_LIST_DIR}/tamis.pc.in ${PROJECT_BINARY_DIR}/package/tamis.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/tamis.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tamis)

# `cpack -G DEB`, `cpack -G TGZ` in the build folder, and `cpack --config CPackSourceConfig.cmake` for the sources.
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_PACKAGE_NAME libtamis-dev)
  set(CPACK_PACKAGE_VENDOR "The Tamis authors")
  set(CPACK_PACKAGE_CONTACT "The Tamis authors")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Token sampling and text generation, header-only C++20")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libeigen3-dev, nlohmann-json3-dev")
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_SOURCE_GENERATOR TGZ)
  set(CPACK_SOURCE_PACKAGE_FILE_NAME tamis-${PROJECT_VERSION})
  set(CPACK_SOURCE_IGNORE_FILES "/[.]git/" "^${PROJECT_SOURCE_DIR}/build/" "/__pycache__/" "[.]gguf$")
  include(CPack)
endif()
