#!/bin/sh
# Renews the lock files from pyproject.toml: every package with its hashes, none with an address. One resolution for
# all, so that the server is tested with the versions that it runs with.
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
"$venv/bin/python" -m pip install -q --disable-pip-version-check uv
compile() {
  "$venv/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links "$@"
}
compile pyproject.toml --group dev --group setup --group node -o /tmp/all.lock.$$ --upgrade
compile pyproject.toml --group setup -c /tmp/all.lock.$$ -o requirements.lock
compile pyproject.toml --group setup --group dev -c /tmp/all.lock.$$ -o requirements-dev.lock
compile --group node -c /tmp/all.lock.$$ -o requirements-node.lock
rm -f /tmp/all.lock.$$
