#!/usr/bin/env bash
# Drives moto, a stand-in for AWS, through a recording gateway with boto3, the AWS
# CLI and the SDK for Go, and compares the events with the calls. Uses the
# moto_server and Python of $CAIRN_MOTO_SERVER and $CAIRN_MOTO_PYTHON, those in
# PATH if they are of the right version, or installs them under .tools/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=5.2.1
home=$PWD/.tools/moto-$version

scripts/need.sh go python3

# fits tells whether a Python has the moto that the suite was written for.
fits() { "$1" -c "import boto3, flask, moto; assert moto.__version__ == '$version'" >/dev/null 2>&1; }

if [ -z "${CAIRN_MOTO_SERVER:-}" ] && { ! command -v moto_server >/dev/null || ! fits python3; }; then
	if ! fits "$home/bin/python"; then
		rm -rf "$home"
		mkdir -p .tools
		python3 -m venv "$home"
		# A limit, so that a machine without a network loses minutes and not an hour.
		timeout 600 "$home/bin/pip" install --quiet --disable-pip-version-check --retries 2 --timeout 20 "moto[server]==$version"
	fi
	export CAIRN_MOTO_SERVER=$home/bin/moto_server CAIRN_MOTO_PYTHON=$home/bin/python
fi
CAIRN_AWS_CLI=$(scripts/awscli.sh)
export CAIRN_AWS_CLI

CAIRN_MOTO=1 go test -count 1 -timeout 25m -run '^TestMoto$' -v ./internal/app
