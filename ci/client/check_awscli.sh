# The command line of AWS, with its default settings but one: botocore asks for
# 100 Continue before an empty body too. A server that answers such a request at
# once, as RFC 9110 allows and MinIO and the mock do, leaves its connection in a
# state in which the next answer is misread: a wait of 60 seconds, then a retry.
# botocore's own switch against that is on.
export BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE=true
. "$TOP/ci/client/common.sh"
export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY AWS_DEFAULT_REGION=$S3_REGION
export AWS_PAGER='' AWS_ENDPOINT_URL=$S3_ENDPOINT
[ -z "$CA_FILE" ] || export AWS_CA_BUNDLE=$CA_FILE
own=s3://made-by-awscli back=$scratch/back

# ---- one by one, and trees ----
ok aws s3 mb $own
ok aws s3 ls
says made-by-awscli
fails BucketAlreadyOwnedByYou aws s3 mb $own
keys >"$scratch/keys"
while read -r key; do
    ok aws s3 cp "$CORPUS/$key" "$own/one/$key"
    ok aws s3 cp "$own/one/$key" "$back/one/$key"
done < <(grep -E '^sizes/(0|5MiB\+1|20MiB)|ü|%' "$scratch/keys")
(cd "$back/one" && find . -type f) | while read -r f; do same "$f" "$back/one/$f" "$CORPUS/$f"; done
ok aws s3 rm --recursive $own/one
ok aws s3 sync "$CORPUS" $own/tree
ok aws s3 sync $own/tree "$back/tree"
same 'the tree' "$back/tree" "$CORPUS"
ok aws s3 sync "$CORPUS" $own/tree
[ ! -s "$scratch/out" ] || die "a second sync copied: $(cat "$scratch/out")"
ok aws s3 ls --recursive $own/tree/
sed 's/^.\{31\}tree\///' "$scratch/out" >"$scratch/listed"
same 'the list' "$scratch/listed" "$scratch/keys"
ok aws s3 ls $own/tree/
says 'PRE names/'

# ---- from a pipe, copies, moves ----
aws s3 cp - "$own/piped" <"$CORPUS/sizes/20MiB"
aws s3 cp "$own/piped" - >"$scratch/piped"
same 'from and to a pipe' "$scratch/piped" "$CORPUS/sizes/20MiB"
ok aws s3 cp "$own/piped" "$own/copy+of ünï"
ok aws s3 mv "$own/copy+of ünï" "$own/moved"
ok aws s3 cp "$own/moved" "$scratch/moved"
same 'copied and moved' "$scratch/moved" "$CORPUS/sizes/20MiB"
fails 404 aws s3 cp "$own/copy+of ünï" "$scratch/none"
cp "$CORPUS/sizes/4096" "$scratch/to move"
ok aws s3 mv "$scratch/to move" "$own/"
[ ! -e "$scratch/to move" ] || die 'moved, but still here'
ok aws s3 sync --delete "$CORPUS/sizes" $own/tree
ok aws s3 ls --recursive $own/tree/
says_not names/

# ---- presigned ----
curl=(curl -sS --noproxy '*')
[ -z "$CA_FILE" ] || curl+=(--cacert "$CA_FILE")
ok aws s3 presign $own/piped --expires-in 60
"${curl[@]}" -f -o "$scratch/presigned" "$(cat "$scratch/out")" || die 'presigned GET failed'
same presigned "$scratch/presigned" "$CORPUS/sizes/20MiB"

# ---- the other half: one request a command ----
ok aws s3api put-object --bucket made-by-awscli --key api --body "$CORPUS/sizes/1" --metadata a=b
ok aws s3api head-object --bucket made-by-awscli --key api --query Metadata.a --output text
line b
ok aws s3api get-object --bucket made-by-awscli --key tree/4096 --range bytes=0-9 "$scratch/range"
head -c 10 "$CORPUS/sizes/4096" >"$scratch/ten"
same 'a range' "$scratch/range" "$scratch/ten"
fails PreconditionFailed aws s3api put-object --bucket made-by-awscli --key api --if-none-match '*'
ok aws s3api list-objects-v2 --bucket made-by-awscli --page-size 2 --query 'Contents[].Key' --output text
says piped
ok aws s3api put-object-tagging --bucket made-by-awscli --key api --tagging 'TagSet=[{Key=x,Value=1 2}]'
ok aws s3api get-object-tagging --bucket made-by-awscli --key api --query 'TagSet[0].Value' --output text
line '1 2'
ok aws s3api wait object-exists --bucket made-by-awscli --key api
fails SignatureDoesNotMatch env AWS_SECRET_ACCESS_KEY=wrong aws s3 ls
fails NoSuchBucket aws s3 ls s3://absent-bucket

# ---- away with it ----
fails BucketNotEmpty aws s3 rb $own
ok aws s3 rm "$own/api"
ok aws s3 rb --force $own
ok aws s3 ls
says_not made-by-awscli
operations=$((operations + 3)) # the two pipes and the presigned URL
version=$(aws --version)
finish "$(sed 's/aws-cli.\([^ ]*\).*/\1/' <<<"$version")"
