# Settings that every target of the project shares, and the two functions that declare a room and its tests.
add_library(dyniv_settings INTERFACE)
target_compile_features(dyniv_settings INTERFACE cxx_std_20)
target_compile_options(dyniv_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${DYNIV_WARNINGS_AS_ERRORS}>:-Werror>)
# Results are the same bytes whatever the optimisation of a loop: no contraction of a*b+c behind our back.
target_compile_options(dyniv_settings INTERFACE -ffp-contract=off)
if(DYNIV_SANITIZE)
  target_compile_options(dyniv_settings INTERFACE -fsanitize=${DYNIV_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  # Half of the time to compile goes into checks that can find nothing here: the address sanitizer stops at a null
  # pointer and beyond the end of an object by itself, and no pointer of ours is cast to anything but characters.
  if(DYNIV_SANITIZE MATCHES "undefined")
    target_compile_options(dyniv_settings INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
  endif()
  # GCC says of itself that instrumentation brings false positives of this warning (std::regex has some); the
  # release build looks for the real ones.
  target_compile_options(dyniv_settings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(dyniv_settings INTERFACE -fsanitize=${DYNIV_SANITIZE})
endif()

# dyniv_room(NAME [SOURCES file...] [ROOMS left_room...] [LIBRARIES target...])
# One folder of libfit, built as an object library. ROOMS are the rooms to its left that it includes;
# LIBRARIES are third-party targets, whose headers count as system headers.
function(dyniv_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  foreach(left IN LISTS ROOM_ROOMS)
    if(NOT left IN_LIST DYNIV_ROOMS_SO_FAR)
      message(FATAL_ERROR "room ${name} names ${left}, which is not to its left")
    endif()
  endforeach()
  set(DYNIV_ROOMS_SO_FAR ${DYNIV_ROOMS_SO_FAR} ${name} CACHE INTERNAL "")
  if(NOT ROOM_SOURCES)  # headers only
    return()
  endif()
  add_library(libfit_${name} OBJECT ${ROOM_SOURCES})
  set_target_properties(libfit_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(libfit_${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(libfit_${name} PRIVATE dyniv_settings ${ROOM_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY DYNIV_ROOMS ${name})
endfunction()

# dyniv_test(NAME SOURCES file... [LABELS label...] [LIBRARIES target...] [TIMEOUT seconds] [SLOW test...] [OPTIMISED])
# A GoogleTest program that links the whole library; every TEST becomes one ctest entry. SLOW names tests that get
# the label `slow` as well. Under sanitizers tests are not optimised: what they do themselves is little work. But
# what a test and libfit both instantiate from a header (automatic differentiation, say) is linked once, from the
# test: OPTIMISED is for programs whose work that is.
function(dyniv_test name)
  cmake_parse_arguments(T "OPTIMISED" "TIMEOUT" "SOURCES;LABELS;LIBRARIES;SLOW" ${ARGN})
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE libfit dyniv_settings GTest::gtest_main GTest::gmock fmt::fmt ${T_LIBRARIES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  if(DYNIV_SANITIZE AND NOT T_OPTIMISED)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  if(DYNIV_PRECOMPILED_HEADERS AND NOT (DYNIV_SANITIZE AND T_OPTIMISED))  # which the headers are not
    target_precompile_headers(${name} REUSE_FROM dyniv_test_headers)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_LIST ${name}_tests)
  # A damaged file makes HDF5 ask for terabytes, and it copes with being refused: malloc may. A `new` that is
  # refused stays an error.
  # Properties that are lists (labels, environment) do not survive gtest_discover_tests(PROPERTIES): CMake splits
  # them at the semicolons. They are set in a file that ctest reads after the one that discovery writes.
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake" CONTENT
"if(${name}_tests)
  set_tests_properties(\${${name}_tests} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS [==[${T_LABELS}]==] ENVIRONMENT
[==[DYNIV_SOURCE_DIR=${PROJECT_SOURCE_DIR};DYNIV_BUILD_DIR=${PROJECT_BINARY_DIR};DYNIV_BINARY=$<TARGET_FILE:dyniv>;DYNIV_DATA_DIR=${PROJECT_SOURCE_DIR}/data;ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;TSAN_OPTIONS=halt_on_error=1:exitcode=99]==])
  foreach(test ${T_SLOW})
    set_tests_properties(\${test} PROPERTIES LABELS [==[${T_LABELS};slow]==])
  endforeach()
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake")
endfunction()
