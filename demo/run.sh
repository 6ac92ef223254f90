#!/usr/bin/env bash
# The main job on real wire files, in a store that is thrown away: learn from what was sent and answered, score what is
# about to be sent. The files are simulated: invented people, a pretend practice, pretend payers.
set -euo pipefail
here=$(dirname "$0")
CLEANCLAIM_HOME=$(mktemp -d)
export CLEANCLAIM_HOME
trap 'rm -rf "$CLEANCLAIM_HOME"' EXIT
show() { printf '\n$ %s\n' "$*"; "$@"; }
show cleanclaim ingest "$here/sent.837" "$here/remittances.835"
show cleanclaim labels --as-of 2026-01-02
show cleanclaim score "$here/batch.837" --as-of 2026-01-02
