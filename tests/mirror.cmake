# Fails on a header without a test at its path. Run: cmake -P mirror.cmake
cmake_minimum_required(VERSION 3.24)
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/includes.cmake)
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)

# Headers without a test of their own, each with the place where it is tested all the same.
set(elsewhere
  config.hpp  # macros: cmake/components.cmake reads the version, every test the rest
  models/kernel_bodies.hpp  # a part of models/kernels.hpp, included by it for each set of instructions
  tamis.hpp generation.hpp  # lists of includes: without_exceptions.cpp
  core/flag.hpp core/site.hpp core/types.hpp  # plain data: core/number_test.cpp, sampler_test.cpp
  core/probe.hpp  # archetypes: compile_fail/
  backends/simd/dispatch.hpp backends/simd/isa.hpp backends/simd/fixed_sum.hpp  # backends/simd/lanes_test.cpp
  backends/team/crew.hpp backends/team/few_of.hpp backends/team/fronts.hpp backends/team/shared.hpp backends/team/solo.hpp  # backends/team_test.cpp
  backends/team/tag_of.hpp backends/team/tokens.hpp  # the same
  backends/cuda.cuh backends/cuda/sample_rows.cuh backends/cuda/threads.cuh  # cuda/
  backends/cuda/batch.hpp  # plain data: backends/cuda/check_batch_test.cpp
  guided/draft_automaton.hpp guided/left_recursion.hpp guided/nullable_rules.hpp guided/pushdown.hpp guided/pushdown_analysis.hpp  # guided/lowering_test.cpp
  guided/guide.hpp guided/masks.hpp  # guided/grammar_guide_test.cpp
  guided/json_schema_options.hpp guided/schema_document.hpp guided/schema_expansion.hpp guided/schema_negation.hpp  # guided/json_schema_test.cpp
  guided/schema_sets.hpp guided/schema_words.hpp guided/schema_writer.hpp  # the same
  guided/schema_alternatives.hpp guided/schema_arrays.hpp guided/schema_objects.hpp guided/schema_unevaluated.hpp  # the same
  guided/bnf_parser.hpp guided/grammar_reader.hpp guided/lark_parser.hpp guided/rule_names.hpp  # guided/read_grammar_test.cpp
  tokenizers/unicode_compositions.hpp tokenizers/unicode_singletons.hpp  # tables: tokenizers/composed_test.cpp
  guided/regular_builder.hpp  # guided/regular_test.cpp
  guided/regex_parser.hpp guided/regex_tree.hpp guided/unicode_tables.hpp  # guided/regex_test.cpp, guided/character_classes_test.cpp
  sharded/communicator.hpp  # a concept: sharded/thread_communicator_test.cpp
  sharded/shard_passes.hpp  # sharded/row_of_test.cpp
  backends/aten/choices.hpp backends/aten/noise.hpp backends/aten/row.hpp  # backends/aten/rows_of_test.cpp
  backends/simd/view.hpp backends/simd/passes.hpp backends/simd/front.hpp backends/simd/scratch.hpp  # whole rows through all of it: backends/simd_test.cpp
)

set(faults "")
tamis_headers(headers ${root}/include/tamis)
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.(hpp|cuh)$" "_test.cpp" test ${header})
  if(header IN_LIST elsewhere)
    if(EXISTS ${root}/tests/${test})
      string(APPEND faults "  ${header} has a test: take it off the list of exceptions in tests/mirror.cmake\n")
    endif()
  elseif(NOT EXISTS ${root}/tests/${test})
    string(APPEND faults "  ${header} has no tests/${test}\n")
  endif()
endforeach()

list(LENGTH headers count)
if(faults)
  message(FATAL_ERROR "Headers and tests do not mirror each other:\n${faults}")
endif()
message(STATUS "${count} headers: each has its test.")
