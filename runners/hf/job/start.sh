#!/usr/bin/env bash
# What a job runs: start.sh RUN [--net HOST]… [--run PROGRAM]…. Unpacks the bundle that lies beside it into a folder of its
# own, sees to the Deno that EXITLAB_DENO names, and starts the cell. Bundles lie in PLAN/bundles/HASH of the bucket, and
# runs are kept in runs/RUN.
set -euo pipefail
began=$(date +%s)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
tar -xzf "$here/bundle.tar.gz" -C "$work"

has_deno() { [ "$(deno --version 2>/dev/null | head -n 1 | cut -d ' ' -f 2)" = "$EXITLAB_DENO" ]; }
if ! has_deno; then
  echo "Installing Deno $EXITLAB_DENO"
  if command -v uv >/dev/null; then
    uv tool install --quiet "deno==$EXITLAB_DENO"
    export PATH="${HOME:-/root}/.local/bin:$PATH"
  elif command -v npm >/dev/null; then
    npm install --silent --global "deno@$EXITLAB_DENO"
  else
    python3 -m venv "$work/.deno"
    "$work/.deno/bin/pip" install --quiet --disable-pip-version-check "deno==$EXITLAB_DENO"
    export PATH="$work/.deno/bin:$PATH"
  fi
  has_deno || { echo "error: Deno $EXITLAB_DENO could not be installed" >&2; exit 1; }
fi

cd "$work/$EXITLAB_CHECKOUT"
cell=$1
shift
deno=$(deno run --quiet runners/cli/deno_path.ts)
exec deno run --quiet --no-prompt --allow-run="$deno" runners/cli/launch.ts cell \
  "$here/cells/$cell.json" --work "$work" --folder "$here/../../../runs/$cell" --began "$began" "$@"
