# Sourced by the programs that drive a command: counting and verdicts. A command
# that fails though it should not ends the program with what it said.
set -euo pipefail
operations=0
scratch=$CLIENT_TMP/scratch
mkdir -p "$scratch"

die() {
    echo "$*"
    exit 1
}

words() { for f in err out; do tail -n 20 "$scratch/$f"; done; }

# One operation that must go through; what it printed is in $scratch/out.
ok() {
    operations=$((operations + 1))
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null ||
        die "failed ($?): $*"$'\n'"$(words)"
}

# One operation that must fail, and say something that holds this text.
fails() { # text, command...
    local text=$1
    shift
    operations=$((operations + 1))
    ! "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || die "should have failed: $*"
    grep -qF -- "$text" "$scratch/out" "$scratch/err" ||
        die "failed otherwise than with \"$text\": $*"$'\n'"$(words)"
}

# What the last operation printed holds this line, or this text.
line() { grep -qxF -- "$1" "$scratch/out" || die "no line \"$1\" in"$'\n'"$(tail -n 50 "$scratch/out")"; }
says() { grep -qF -- "$1" "$scratch/out" || die "no \"$1\" in"$'\n'"$(tail -n 50 "$scratch/out")"; }
says_not() { ! grep -qF -- "$1" "$scratch/out" || die "\"$1\" in"$'\n'"$(tail -n 50 "$scratch/out")"; }

# Two files, or two folders with all below them, byte for byte.
same() { # what, have, want
    diff -r "$2" "$3" >"$scratch/diff" 2>&1 || die "$1 differs: $(head -20 "$scratch/diff")"
}

keys() { (cd "$CORPUS" && find . -type f -printf '%P\n' | LC_ALL=C sort); }

finish() { echo "done: $operations operations, $*"; }
