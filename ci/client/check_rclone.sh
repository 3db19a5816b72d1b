# rclone, told that the server is MinIO.
. "$TOP/ci/client/common.sh"
export RCLONE_CONFIG=$CLIENT_TMP/rclone.conf RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
cat >"$RCLONE_CONFIG" <<CONF
[ice]
type = s3
provider = Minio
endpoint = $S3_ENDPOINT
access_key_id = $S3_ACCESS_KEY
secret_access_key = $S3_SECRET_KEY
region = $S3_REGION
chunk_size = 5Mi
upload_cutoff = 6Mi
CONF
own=ice:made-by-rclone back=$scratch/back

ok rclone mkdir $own
ok rclone lsd ice:
says made-by-rclone
keys >"$scratch/keys"
while read -r key; do
    ok rclone copyto "$CORPUS/$key" "$own/one/$key"
    ok rclone cat "$own/one/$key"
    same "$key" "$scratch/out" "$CORPUS/$key"
done <"$scratch/keys"
ok rclone cat --offset 100 --count 200 $own/one/sizes/20MiB
tail -c +101 "$CORPUS/sizes/20MiB" | head -c 200 >"$scratch/range" || true
same 'a range' "$scratch/out" "$scratch/range"
fails "doesn't exist" rclone deletefile $own/absent

# ---- trees ----
ok rclone copy "$CORPUS" $own/tree
ok rclone copy $own/tree "$back"
same 'the tree' "$back" "$CORPUS"
ok rclone check "$CORPUS" $own/tree
ok rclone check --download "$CORPUS" $own/tree
ok rclone lsf --recursive --files-only $own/tree
LC_ALL=C sort "$scratch/out" >"$scratch/listed"
same 'the list' "$scratch/listed" "$scratch/keys"
ok rclone lsjson --hash $own/tree/sizes
says "\"Size\":20971520"
says "$(md5sum <"$CORPUS/sizes/4096" | cut -d' ' -f1)"
ok rclone size --json $own/tree
says "\"count\":$(wc -l <"$scratch/keys")"
echo changed >"$back/sizes/1"
rm "$back/sizes/0"
fails '2 differences found' rclone check "$back" $own/tree
ok rclone sync "$back" $own/tree
ok rclone check "$back" $own/tree
ok rclone sync $own/tree $own/second
ok rclone check $own/tree $own/second
ok rclone moveto "$own/second/names/with space" "$own/second/names/moved ünï+"
ok rclone cat "$own/second/names/moved ünï+"
same moved "$scratch/out" "$CORPUS/names/with space"
rclone rcat $own/piped <"$CORPUS/sizes/20MiB"
ok rclone cat $own/piped
same 'from a pipe' "$scratch/out" "$CORPUS/sizes/20MiB"
ok rclone touch --timestamp 2020-01-02T03:04:05 $own/piped
ok rclone lsl $own/piped
says '2020-01-02 03:04:05'
ok rclone link --expire 1m $own/piped
ok curl -sS --noproxy '*' -f "$(cat "$scratch/out")"
same presigned "$scratch/out" "$CORPUS/sizes/20MiB"
ok rclone backend list-multipart-uploads $own
ok rclone cleanup $own

# ---- away with it ----
fails SignatureDoesNotMatch rclone lsd ice: --s3-secret-access-key wrong
fails 'BucketNotEmpty' rclone rmdir $own
ok rclone deletefile $own/piped
ok rclone delete $own/tree
ok rclone lsf $own/tree
[ ! -s "$scratch/out" ] || die "left: $(cat "$scratch/out")"
ok rclone purge $own
ok rclone lsd ice:
says_not made-by-rclone
operations=$((operations + 1)) # the pipe
version=$(rclone version)
finish "$(sed -n '1s/rclone v//p' <<<"$version")"
