#!/usr/bin/env bash
# Each client's tables as the other clients read them: every client makes one,
# appends to those of the others, and all read all of them. The rows are those
# of rows.json; what the clients say is shown when one is not content.
set -eu
homes=$CLIENT_HOME/.. clients="pyiceberg duckdb java" did=0
client() { # name, what it is to do
    did=$((did + 1))
    case $1 in
    java) java -cp "$CLIENT_TMP/classes:$homes/java/jars/*" CheckJava "${@:2}" ;;
    *) "$homes/$1/bin/python" "ci/client/check_$1.py" "${@:2}" ;;
    esac >"$CLIENT_TMP/said" 2>&1 || {
        cat "$CLIENT_TMP/said"
        echo "$*: failed"
        exit 1
    }
}
javac -nowarn -Xlint:none -d "$CLIENT_TMP/classes" -cp "$homes/java/jars/*" ci/client/check_java.java
for one in $clients; do client $one write cross.$one; done
for one in $clients; do client $one read cross.pyiceberg:1 cross.duckdb:1 cross.java:1; done
for one in $clients; do
    client $one append $(printf 'cross.%s ' ${clients/$one/})
done
for one in $clients; do client $one read cross.pyiceberg:3 cross.duckdb:3 cross.java:3; done
echo "done: $did operations, $clients"
