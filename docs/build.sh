#!/usr/bin/env bash
# Builds the documentation as a site, build/docs/site/index.html, which needs no server; broken links are errors.
#
# Python's packages go into an environment of their own, build/docs/venv; doxygen reads the docstrings.
. "$(dirname "${BASH_SOURCE[0]}")/../examples/setup.sh"

folder=$build/docs
log=$folder/build.log
mkdir -p "$folder"
has doxygen || install_packages doxygen
has python3 || install_packages python3
python3 -c 'import ensurepip' 2> /dev/null || install_packages python3-venv
if ! cmp -s "$root/docs/site/requirements.txt" "$folder/venv/requirements.txt"; then
  say "Installing MkDocs into $folder/venv"
  { python3 -m venv --clear "$folder/venv" &&
    "$folder/venv/bin/pip" install -q --disable-pip-version-check -r "$root/docs/site/requirements.txt"; } > "$log" 2>&1 ||
    fail "could not install MkDocs: $(reason_in "$log"), then start again."
  cp "$root/docs/site/requirements.txt" "$folder/venv/"
fi

say "Laying out the pages"
"$folder/venv/bin/python" "$root/docs/site/stage.py" "$folder" 2>&1 | tee "$log" >&2 ||
  fail "could not lay out the pages: the sentence above says why."
say "Building the site"
NO_MKDOCS_2_WARNING=true DISABLE_MKDOCS_2_WARNING=true \
  "$folder/venv/bin/mkdocs" build -q --strict -f "$folder/mkdocs.yml" > "$log" 2>&1 ||
  { tail -n 30 "$log" >&2; fail "the site has faults: the lines above say where."; }
say "$(find "$folder/site" -name '*.html' | wc -l) pages are in $folder/site/index.html"
