#!/usr/bin/env bash
# Starts what Cairn's tests with Trino need, on the loopback interface: a PostgreSQL
# of their own, and a Trino with the connectors memory and tpch. Catalogues over
# Iceberg tables are made while it runs, with CREATE CATALOG; one named lake is there
# from the start if CAIRN_TRINO_S3_ENDPOINT names an S3 endpoint.
#
# What runs, and how to reach it, is in the file env of the state folder
# ($CAIRN_TRINO_STATE, .tools/trino/run); stop.sh ends it. Ports are those of
# CAIRN_TRINO_PORT and CAIRN_TRINO_PG_PORT. Everything starts empty.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."

state=${CAIRN_TRINO_STATE:-$PWD/.tools/trino/run}
port=${CAIRN_TRINO_PORT:-18480}
pg_port=${CAIRN_TRINO_PG_PORT:-18432}

# shellcheck source=test/trino/postgres.sh
source "$here/postgres.sh"

fail() {
	printf '%s\n' "$1" >&2
	exit 1
}

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# configure writes Trino's settings: a heap of 2 GB, this machine only.
configure() {
	local etc=$state/etc
	mkdir -p "$etc/catalog" "$state/data"
	cat >"$etc/node.properties" <<-END
		node.environment=cairn
		node.id=cairn
		node.data-dir=$state/data
	END
	cat >"$etc/jvm.config" <<-END
		-server
		-Xmx${CAIRN_TRINO_HEAP:-2G}
		-XX:+UseG1GC
		-XX:+ExplicitGCInvokesConcurrent
		-XX:+ExitOnOutOfMemoryError
		-XX:-OmitStackTraceInFastThrow
		-XX:ReservedCodeCacheSize=256M
		-XX:PerMethodRecompilationCutoff=10000
		-XX:PerBytecodeRecompilationCutoff=10000
		-Djdk.attach.allowAttachSelf=true
		-Dfile.encoding=UTF-8
		-Duser.timezone=UTC
		-XX:+EnableDynamicAgentLoading
	END
	cat >"$etc/config.properties" <<-END
		coordinator=true
		node-scheduler.include-coordinator=true
		node.bind-ip=127.0.0.1
		node.internal-address=127.0.0.1
		http-server.http.port=$port
		discovery.uri=http://127.0.0.1:$port
		catalog.management=dynamic
		query.max-memory=${CAIRN_TRINO_QUERY_MEMORY:-1GB}
		query.max-memory-per-node=${CAIRN_TRINO_QUERY_MEMORY:-1GB}
		web-ui.enabled=false
	END
	echo 'io.trino=WARN' >"$etc/log.properties"
	printf 'connector.name=memory\nmemory.max-data-per-node=256MB\n' >"$etc/catalog/memory.properties"
	echo 'connector.name=tpch' >"$etc/catalog/tpch.properties"
	[ -z "${CAIRN_TRINO_S3_ENDPOINT:-}" ] || cat >"$etc/catalog/lake.properties" <<-END
		connector.name=iceberg
		iceberg.catalog.type=jdbc
		iceberg.jdbc-catalog.catalog-name=${CAIRN_TRINO_CATALOG:-cairn}
		iceberg.jdbc-catalog.driver-class=org.postgresql.Driver
		iceberg.jdbc-catalog.connection-url=jdbc:postgresql://127.0.0.1:$pg_port/cairn
		iceberg.jdbc-catalog.connection-user=cairn
		iceberg.jdbc-catalog.connection-password=$password
		iceberg.jdbc-catalog.default-warehouse-dir=s3://${CAIRN_TRINO_BUCKET:-cairn-lake}
		fs.native-s3.enabled=true
		s3.endpoint=$CAIRN_TRINO_S3_ENDPOINT
		s3.region=${CAIRN_TRINO_S3_REGION:-us-east-1}
		s3.path-style-access=true
		s3.aws-access-key=$CAIRN_TRINO_S3_ACCESS_KEY
		s3.aws-secret-key=$CAIRN_TRINO_S3_SECRET_KEY
	END
}

# ready tells whether Trino answers a statement, which it does some seconds after
# its port is open.
ready() {
	local url answer
	url=http://127.0.0.1:$port/v1/statement
	answer=$(curl -sf -m 10 -X POST -H 'X-Trino-User: cairn' -d 'SELECT 1' "$url") || return 1
	while [[ $answer =~ \"nextUri\":\"([^\"]+)\" ]]; do
		answer=$(curl -sf -m 10 -H 'X-Trino-User: cairn' "${BASH_REMATCH[1]}") || return 1
	done
	[[ $answer == *'"state":"FINISHED"'* ]]
}

command -v curl >/dev/null || fail "curl is missing (on Debian and Ubuntu: apt-get install -y curl)"
home=$("$here/get.sh")
java=$("$here/java.sh")
"$here/stop.sh"
for p in "$port" "$pg_port"; do
	! taken "$p" || fail "Port $p is taken by something else: end that, or set CAIRN_TRINO_PORT and CAIRN_TRINO_PG_PORT to free ports"
done

rm -rf "$state"
mkdir -p "$state"
chmod 755 "$state"
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
umask 077
postgres_start "$state" "$pg_port" "$password" || { "$here/stop.sh"; fail "PostgreSQL did not start (log: $state/postgres.log)"; }

configure
PATH=$java/bin:$PATH JAVA_HOME=$java "$home/bin/launcher" start --etc-dir="$state/etc" --pid-file="$state/trino.pid" \
	--launcher-log-file="$state/launcher.log" --server-log-file="$state/trino.log" >/dev/null ||
	{ "$here/stop.sh"; fail "Trino's launcher failed (log: $state/launcher.log)"; }
for ((i = 0; ; i++)); do
	! ready || break
	if [ "$i" -ge 240 ] || ! kill -0 "$(cat "$state/trino.pid")" 2>/dev/null; then
		"$here/stop.sh"
		fail "Trino did not get ready (logs: $state/trino.log and $state/launcher.log)"
	fi
	sleep 0.5
done

cat >"$state/env" <<END
export CAIRN_TRINO_URL=http://127.0.0.1:$port
export CAIRN_TRINO_POSTGRES=postgres://cairn:$password@127.0.0.1:$pg_port/cairn?sslmode=disable
END
echo "Trino answers on 127.0.0.1:$port, PostgreSQL on 127.0.0.1:$pg_port; source $state/env for the tests, $here/stop.sh ends both."
