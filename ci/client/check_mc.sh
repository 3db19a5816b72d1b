# mc, the command line of MinIO. It asks ?location and MinIO's own routes first.
. "$TOP/ci/client/common.sh"
export MC_CONFIG_DIR=$CLIENT_TMP/mc MC_DISABLE_PAGER=1 MC_NO_COLOR=1
mkdir -p "$MC_CONFIG_DIR/certs/CAs"
[ -z "$CA_FILE" ] || cp "$CA_FILE" "$MC_CONFIG_DIR/certs/CAs/icefault.pem"
back=$scratch/back own=ice/made-by-mc
mkdir -p "$back"

# ---- who and where ----
fails 'signature' mc alias set wrong "$S3_ENDPOINT" "$S3_ACCESS_KEY" "not-the-secret"
ok mc alias set ice "$S3_ENDPOINT" "$S3_ACCESS_KEY" "$S3_SECRET_KEY"
ok mc alias list ice
says "$S3_ENDPOINT"
ok timeout 20 mc ready ice
ok mc mb $own
fails 'you already own it' mc mb $own
ok mc mb --ignore-existing $own
ok mc ls ice
says made-by-mc/

# ---- one by one ----
keys >"$scratch/keys"
while read -r key; do
    ok mc cp "$CORPUS/$key" "$own/one/$key"
    ok mc cp "$own/one/$key" "$back/one/$key"
    same "$key" "$back/one/$key" "$CORPUS/$key"
    ok mc cat "$own/one/$key"
    same "mc cat $key" "$scratch/out" "$CORPUS/$key"
    ok mc stat --json "$own/one/$key"
    says "\"size\":$(stat -c %s "$CORPUS/$key")"
done <"$scratch/keys"
fails 'does not exist' mc cat $own/absent
fails 'does not exist' mc stat $own/absent

# ---- trees ----
ok mc mirror "$CORPUS" $own/tree
ok mc mirror $own/tree "$back/tree"
same 'the mirror' "$back/tree" "$CORPUS"
ok mc diff "$CORPUS" $own/tree
[ ! -s "$scratch/out" ] || die "mc diff finds: $(cat "$scratch/out")"
ok mc ls --recursive --json $own/tree
sed -n 's/.*"key":"\([^"]*\)".*/\1/p' "$scratch/out" | sed 's/\\u0026/\&/g' >"$scratch/listed"
same 'the list' "$scratch/listed" "$scratch/keys"
ok mc find $own/tree --name '*plus*'
line "$own/tree/names/plus+plus"
ok mc du $own/tree
says "$(wc -l <"$scratch/keys") objects"
ok mc rm "$own/tree/sizes/1"
ok mc diff "$CORPUS" $own/tree
says sizes/1
ok mc mirror --overwrite --remove $own/tree $own/second
ok mc diff $own/tree $own/second
[ ! -s "$scratch/out" ] || die "mc diff finds: $(cat "$scratch/out")"

# ---- from a pipe, copies, moves, heads ----
mc pipe --quiet $own/piped <"$CORPUS/sizes/20MiB" >/dev/null
ok mc cat $own/piped
same 'from a pipe' "$scratch/out" "$CORPUS/sizes/20MiB"
ok mc cp $own/piped "$own/copy+of ünï"
ok mc mv "$own/copy+of ünï" $own/moved
ok mc cat $own/moved
same 'copied and moved' "$scratch/out" "$CORPUS/sizes/20MiB"
ok mc cat --offset 5242880 $own/moved
tail -c +5242881 "$CORPUS/sizes/20MiB" >"$scratch/tail"
same 'from an offset' "$scratch/out" "$scratch/tail"
ok mc cp --attr 'colour=blue' "$CORPUS/sizes/1" $own/attr
ok mc stat $own/attr
says blue
ok mc tag set $own/attr 'k=v&two=2 3'
ok mc tag list --json $own/attr
says '"two":"2 3"'
ok mc tag remove $own/attr

# ---- presigned ----
ok mc share download --json --expire 1m $own/piped
url=$(sed -n 's/.*"share":"\([^"]*\)".*/\1/p' "$scratch/out" | sed 's/\\u0026/\&/g')
curl=(curl -sS --noproxy '*')
[ -z "$CA_FILE" ] || curl+=(--cacert "$CA_FILE")
ok "${curl[@]}" -f "$url"
same presigned "$scratch/out" "$CORPUS/sizes/20MiB"

# ---- versions ----
ok mc mb --with-versioning ice/versions-by-mc
ok mc cp "$CORPUS/sizes/1" ice/versions-by-mc/v
ok mc cp "$CORPUS/sizes/4096" ice/versions-by-mc/v
ok mc rm ice/versions-by-mc/v
ok mc ls --versions --json ice/versions-by-mc
[ "$(grep -c versionId "$scratch/out")" = 3 ] || die "not three versions: $(cat "$scratch/out")"
ok mc undo ice/versions-by-mc/v
ok mc cat ice/versions-by-mc/v
same 'undone' "$scratch/out" "$CORPUS/sizes/4096"
ok mc rb --force ice/versions-by-mc

# ---- away with it ----
fails 'not empty' mc rb $own
ok mc rm --recursive --force $own/tree
ok mc ls $own/tree
[ ! -s "$scratch/out" ] || die "left: $(cat "$scratch/out")"
ok mc rb --force $own
fails 'does not exist' mc ls $own
operations=$((operations + 1)) # the pipe
finish "$(sed 's/.*mc@v0.0.0-//' "$CLIENT_HOME/.installed")"
