# Functions for start.sh and stop.sh: a PostgreSQL server with a data directory of
# its own, from the programs that are installed.

# postgres_bin prints the folder of PostgreSQL's programs.
postgres_bin() {
	local folder
	for folder in "${CAIRN_POSTGRES_BIN:-}" "$(dirname "$(command -v pg_ctl || echo /-)")" $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV); do
		if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
			echo "$folder"
			return
		fi
	done
	echo "No PostgreSQL: initdb, pg_ctl and postgres are neither in PATH nor in CAIRN_POSTGRES_BIN (on Debian and Ubuntu: apt-get install -y postgresql)." >&2
	return 1
}

# postgres_user prints the user that the server runs as if this is root, which it
# refuses to run as.
postgres_user() {
	id -un postgres 2>/dev/null || id -un nobody
}

# postgres_run runs a program as that user, or as the caller who is not root.
postgres_run() {
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u "$(postgres_user)" -- "$@"
	else
		"$@"
	fi
}

# postgres_start STATE PORT PASSWORD makes a server with a user and a database named
# cairn, and starts it. The folder of its data is written to STATE/postgres.dir.
postgres_start() {
	local state=$1 port=$2 password=$3 bin dir=$1/postgres
	bin=$(postgres_bin) || return 1
	mkdir -p "$dir"
	if [ "$(id -u)" -eq 0 ]; then
		chown "$(postgres_user)" "$dir"
		# a checkout in a home directory is closed to other users
		if ! postgres_run test -w "$dir"; then
			dir=$(mktemp -d)
			chown "$(postgres_user)" "$dir"
		fi
	fi
	chmod 700 "$dir"
	echo "$dir" >"$state/postgres.dir"
	(
		cd /
		postgres_run tee "$dir/password" <<<"$password" >/dev/null
		postgres_run "$bin/initdb" -D "$dir/data" -U cairn --auth=scram-sha-256 --pwfile="$dir/password" \
			--encoding=UTF8 --locale=C --no-sync
		# without a client, which may not be installed
		postgres_run "$bin/postgres" --single -D "$dir/data" postgres <<<'CREATE DATABASE cairn'
		# -w returns when connections are accepted.
		postgres_run "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start \
			-o "-c listen_addresses=127.0.0.1 -p $port -c unix_socket_directories= -c fsync=off"
	) >"$state/postgres.log" 2>&1 || { cat "$dir/log" >>"$state/postgres.log" 2>/dev/null; return 1; }
}

# postgres_stop STATE ends the server, and removes its data.
postgres_stop() {
	local dir bin
	[ -e "$1/postgres.dir" ] || return 0
	dir=$(cat "$1/postgres.dir")
	bin=$(postgres_bin) || return 1
	if [ -e "$dir/data/postmaster.pid" ]; then
		(cd / && postgres_run "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop >/dev/null)
	fi
	rm -rf "$dir" "$1/postgres.dir"
}
