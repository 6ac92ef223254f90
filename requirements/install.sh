#!/usr/bin/env bash
# Makes one virtual environment from one hashed lock: install.sh FOLDER LOCK PYTHON
# With uv from a folder of our own where pip can fetch it (it needs neither python3-venv nor write access to the
# system); else with venv and pip, slower and the same packages.
set -euo pipefail
folder=$1 lock=$2 python=$3
say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  say "cleanclaim needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Try: make PYTHON=python3.11 ..."
  exit 2
fi
say "Fetching the packages of $lock into $folder; the first time this takes a minute or two ..."
if [ ! -x .tools/bin/uv ]; then
  "$python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
    --target .tools --require-hashes -r requirements/tools.lock 2>/dev/null || say "uv could not be fetched; using venv and pip"
fi
rm -rf "$folder"
if [ -x .tools/bin/uv ]; then
  .tools/bin/uv venv --quiet --python "$python" "$folder"
  .tools/bin/uv pip sync --quiet --python "$folder/bin/python" --require-hashes --compile-bytecode "$lock"
  .tools/bin/uv pip install --quiet --python "$folder/bin/python" --no-deps --editable .
else
  "$python" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
fi
touch "$folder/.ready"
