#!/usr/bin/env bash
# Prints the path of an AWS CLI: $CAIRN_AWS_CLI, the one in PATH, or one that it
# installs under .tools/ with Python. Prints nothing, and on standard error why,
# if there is none to be had: the tests that need it are then skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=1.46.2
home=$PWD/.tools/awscli-$version

works() { "$1" --version >/dev/null 2>&1; }

give_up() {
	echo "No AWS CLI: $1. The tests that call it are skipped." >&2
	exit 0
}

for candidate in "${CAIRN_AWS_CLI:-}" "$(command -v aws || true)" "$home/bin/aws"; do
	if [ -n "$candidate" ] && works "$candidate"; then
		echo "$candidate"
		exit 0
	fi
done

command -v python3 >/dev/null || give_up "it is not installed, and there is no python3 to install it with"
rm -rf "$home"
mkdir -p .tools
log=.tools/awscli.log
python3 -m venv "$home" >"$log" 2>&1 ||
	give_up "python3 cannot make a virtual environment (on Debian and Ubuntu: apt-get install -y python3-venv)"
# A limit, so that a machine without a network loses a minute and not an hour.
timeout 240 "$home/bin/pip" install --quiet --disable-pip-version-check --retries 2 --timeout 20 "awscli==$version" >>"$log" 2>&1 || {
	rm -rf "$home"
	give_up "installing it with pip failed: $(tail -n 1 "$log")"
}
works "$home/bin/aws" || give_up "the one that pip installed does not start"
echo "$home/bin/aws"
