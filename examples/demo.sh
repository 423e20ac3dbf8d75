#!/usr/bin/env bash
# From a bare machine to text: installs what is missing, fetches a model of 93 MB, builds, and lets the model write.
#
#   examples/demo.sh [PROMPT...]
#
# Variables: TAMIS_MODEL, another model in GGUF; CXX, the compiler; TAMIS_JOBS, how many compile at a time.
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

prompt=${*:-Once upon a time, in a small kitchen by the sea,}

install_missing
fetch_model
build_targets tamis-cli
printf '\n%s' "$prompt" >&2
# At least 64 tokens: a model of 135 million may be done after a sentence, and this is to show it writing.
"$build/bin/tamis" generate --model "$model" --preset natural_text --min-new-tokens 64 --prompt "$prompt" ||
  fail "the model could not write: the sentence above says why."
