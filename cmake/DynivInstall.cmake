# Installation: the command, the library with its headers, and the package files behind find_package(dyniv).
# Only libfit is exported; the settings of our own compilation (dyniv_settings) and the rooms' object libraries
# stay inside, because libfit does not link them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(dyniv_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/dyniv")

install(TARGETS dyniv RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS libfit EXPORT dyniv_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/libfit/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/libfit"
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*_internal.hpp" EXCLUDE)
install(FILES "${PROJECT_BINARY_DIR}/libfit/core/version.hpp"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/libfit/core")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT dyniv_targets NAMESPACE dyniv:: FILE dyniv-targets.cmake DESTINATION "${dyniv_package_dir}")
configure_package_config_file(cmake/dyniv-config.cmake.in "${PROJECT_BINARY_DIR}/dyniv-config.cmake"
  INSTALL_DESTINATION "${dyniv_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/dyniv-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/dyniv-config.cmake" "${PROJECT_BINARY_DIR}/dyniv-config-version.cmake"
  DESTINATION "${dyniv_package_dir}")
