# s3cmd. It asks ?location before it writes, and compares ETags with MD5s.
. "$TOP/ci/client/common.sh"
export PYTHONPATH=$CLIENT_HOME/usr/lib/python3/dist-packages
export LD_LIBRARY_PATH=$CLIENT_HOME/usr/lib/$(uname -m)-linux-gnu
host=${S3_ENDPOINT#*://} back=$scratch/back own=s3://made-by-s3cmd
cat >"$HOME/.s3cfg" <<CONF
[default]
access_key = $S3_ACCESS_KEY
secret_key = $S3_SECRET_KEY
host_base = $host
host_bucket = $host
use_https = False
multipart_chunk_size_mb = 5
progress_meter = False
CONF
s3cmd() { command python3 "$CLIENT_HOME/usr/bin/s3cmd" "$@"; }

ok s3cmd mb $own
ok s3cmd ls
says $own
ok s3cmd info $own
says 'Location:'
keys >"$scratch/keys"
while read -r key; do
    ok s3cmd put "$CORPUS/$key" "$own/one/$key"
    ok s3cmd get --force "$own/one/$key" "$scratch/got"
    same "$key" "$scratch/got" "$CORPUS/$key"
done <"$scratch/keys"
fails 'does not exist' s3cmd get --force $own/absent "$scratch/none"
fails BucketAlreadyOwnedByYou s3cmd mb $own

# ---- trees ----
ok s3cmd sync "$CORPUS/" $own/tree/
mkdir -p "$back"
ok s3cmd sync $own/tree/ "$back/"
same 'the tree' "$back" "$CORPUS"
ok s3cmd sync "$CORPUS/" $own/tree/
says_not upload:
ok s3cmd ls --recursive $own/tree/
sed "s#^.\{19\} *[0-9]* *$own/tree/##" "$scratch/out" | LC_ALL=C sort >"$scratch/listed"
same 'the list' "$scratch/listed" "$scratch/keys"
ok s3cmd ls $own/tree/
says 'DIR'
ok s3cmd du $own/tree/
says "$(wc -l <"$scratch/keys") objects"
ok s3cmd la
says tree/

# ---- copies, moves, metadata, tags ----
ok s3cmd cp $own/tree/sizes/20MiB "$own/copy+of ünï"
ok s3cmd mv "$own/copy+of ünï" $own/moved
ok s3cmd get $own/moved "$scratch/moved"
same 'copied and moved' "$scratch/moved" "$CORPUS/sizes/20MiB"
ok s3cmd get --continue --force $own/moved "$scratch/moved"
ok s3cmd modify --add-header 'x-amz-meta-colour: blue' $own/tree/sizes/1
ok s3cmd info $own/tree/sizes/1
says 'blue'
says "$(md5sum <"$CORPUS/sizes/1" | cut -d' ' -f1)"
ok s3cmd multipart $own
ok s3cmd signurl $own/moved +60
ok curl -sS --noproxy '*' -f "$(cat "$scratch/out")"
same presigned "$scratch/out" "$CORPUS/sizes/20MiB"
ok s3cmd --signature-v2 put "$CORPUS/sizes/4096" "$own/signed in the old way"
ok s3cmd --signature-v2 get --force "$own/signed in the old way" "$scratch/old"
same 'signed in the old way' "$scratch/old" "$CORPUS/sizes/4096"

# ---- away with it ----
fails SignatureDoesNotMatch s3cmd ls --secret_key=wrong
fails BucketNotEmpty s3cmd rb $own
ok s3cmd del $own/moved
ok s3cmd del --recursive --force $own/tree
ok s3cmd ls $own/tree/
[ ! -s "$scratch/out" ] || die "left: $(cat "$scratch/out")"
ok s3cmd rb --recursive --force $own
ok s3cmd ls
says_not made-by-s3cmd
version=$(s3cmd --version)
finish "${version##* }"
