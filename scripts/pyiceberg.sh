#!/usr/bin/env bash
# Prints the path of a Python that has PyIceberg: $CAIRN_PYICEBERG, the python3 in
# PATH, or one that it sets up under .tools/. Prints nothing, and on standard error
# why, if there is none to be had: the tests that need it are then skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=0.11.0
home=$PWD/.tools/pyiceberg-$version

works() { "$1" -c "import pyarrow, sqlalchemy, pyiceberg.table" >/dev/null 2>&1; }

give_up() {
	echo "No PyIceberg: $1. The tests that read tables with it are skipped." >&2
	exit 0
}

for candidate in "${CAIRN_PYICEBERG:-}" "$(command -v python3 || true)" "$home/bin/python"; do
	if [ -n "$candidate" ] && works "$candidate"; then
		echo "$candidate"
		exit 0
	fi
done

command -v python3 >/dev/null || give_up "there is no python3 to install it with"
rm -rf "$home"
mkdir -p .tools
log=.tools/pyiceberg.log
python3 -m venv "$home" >"$log" 2>&1 ||
	give_up "python3 cannot make a virtual environment (on Debian and Ubuntu: apt-get install -y python3-venv)"
# A limit, so that a machine without a network loses a minute and not an hour.
timeout 300 "$home/bin/pip" install --quiet --disable-pip-version-check --retries 2 --timeout 20 "pyiceberg[pyarrow,sql-sqlite]==$version" >>"$log" 2>&1 || {
	rm -rf "$home"
	give_up "installing it with pip failed: $(tail -n 1 "$log")"
}
works "$home/bin/python" || give_up "the one that pip installed does not start"
echo "$home/bin/python"
