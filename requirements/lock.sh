#!/usr/bin/env bash
# Resolves the dependencies anew. The locks carry hashes and no registry address: they install from whatever index the
# client is set up with.
set -euo pipefail
uv=.tools/bin/uv
options=(--universal --generate-hashes --no-emit-index-url --quiet --python-version 3.11 --custom-compile-command "make lock")
"$uv" pip compile pyproject.toml --all-extras "${options[@]}" "$@" -o requirements/all.lock
"$uv" pip compile pyproject.toml -c requirements/all.lock --no-annotate "${options[@]}" "$@" -o requirements/base.lock
echo uv | "$uv" pip compile - "${options[@]}" "$@" -o requirements/tools.lock
