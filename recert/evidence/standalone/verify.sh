#!/bin/sh
# Checks an evidence pack of recert with what every Unix has: sh, awk, sed, grep, sort, cmp, comm and
# sha256sum (or shasum). Usage, in the folder of the pack: sh verify.sh [SIZE:HASH [ALLOWED_SIGNERS]]
# SIZE:HASH is a head that was noted outside (or -), ALLOWED_SIGNERS a list of keys that is known from
# elsewhere; with it, ssh-keygen verifies every sign-off. Exit: 0 whole and unedited, 1 not, 2 usage.
# A copy of this file that came with the pack proves nothing about who made the pack.
set -u
LC_ALL=C
export LC_ALL
umask 077

fail() {
    echo "NOT OK: $1" >&2
    exit 1
}

# The first line of a file, without what a terminal would obey.
first() {
    head -n 1 "$1" | tr -cd 'A-Za-z0-9_./ -'
}

if command -v sha256sum >/dev/null 2>&1; then
    sum() { sha256sum "$@"; }
elif command -v shasum >/dev/null 2>&1; then
    sum() { shasum -a 256 "$@"; }
else
    echo "Neither sha256sum nor shasum is here." >&2
    exit 2
fi

pinned_size=0
pinned_hash=
if [ $# -gt 0 ] && [ "$1" != - ]; then
    pinned_size=${1%%:*}
    pinned_hash=${1#*:}
    case $pinned_size in '' | *[!0-9]*) echo "usage: sh verify.sh [SIZE:HASH]" >&2 && exit 2 ;; esac
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

for needed in SHA256SUMS manifest.json ledger.jsonl checkpoint population.jsonl decisions.jsonl; do
    [ -f "$needed" ] || fail "$needed is missing"
done

# 1. Nothing but plain files, each with its checksum, none without.
[ -z "$(find . ! -type f ! -type d)" ] || fail "there is a link or a special file"
find . -type d | while read -r folder; do
    [ -n "$(find "$folder" -type f | head -n 1)" ] || echo "$folder"
done | sed 's|^\./||' | sort >"$work/empty"
[ ! -s "$work/empty" ] || fail "$(first "$work/empty") is an empty folder, which is not of this pack"
find . -type f ! -path ./SHA256SUMS | sed 's|^\./||' | sort >"$work/here"
sed 's/^[0-9a-f]*  //' SHA256SUMS >"$work/told"
sort "$work/told" >"$work/listed"
comm -23 "$work/here" "$work/listed" >"$work/foreign"
comm -13 "$work/here" "$work/listed" >"$work/missing"
[ ! -s "$work/missing" ] || fail "$(first "$work/missing") is missing: SHA256SUMS lists it"
[ ! -s "$work/foreign" ] || fail "$(first "$work/foreign") is not of this pack: SHA256SUMS does not list it"
cmp -s "$work/here" "$work/told" || fail "SHA256SUMS is not in the form that recert writes"
if grep -v -E '^[0-9a-f]{64}  [A-Za-z0-9_./-]+$' SHA256SUMS >/dev/null; then
    fail "SHA256SUMS has a line that is none"
fi
sum -c SHA256SUMS >"$work/sums" 2>/dev/null || {
    sed -n 's/: FAILED.*//p' "$work/sums" >"$work/changed"
    fail "$(first "$work/changed") was changed: its checksum is not the one in SHA256SUMS"
}

# 2. The ledger: every line's checksum is the next line's prev, and the numbers leave no gap.
[ "$(tail -c 1 ledger.jsonl | od -An -tx1 | tr -d ' \n')" = 0a ] || fail "ledger.jsonl is cut"
mkdir "$work/lines"
awk -v d="$work/lines" '{ f = sprintf("%s/%09d", d, NR); printf "%s", $0 >f; close(f) }' ledger.jsonl
find "$work/lines" -type f | sort >"$work/names"
: >"$work/hashes"
while read -r name; do echo "$name"; done <"$work/names" | if command -v sha256sum >/dev/null 2>&1; then
    xargs sha256sum
else
    xargs shasum -a 256
fi | cut -c 1-64 >"$work/hashes"
size=$(wc -l <ledger.jsonl | tr -d ' ')
tail='"seq":\([0-9]*\),"tool":{"version":"[^"]*"},"type":"[a-z_.]*","v":1}'
sed -n "s/^{\"actor\":.*,\"ledger\":\"\([^\"]*\)\",\"prev\":\"\([0-9a-f]\{64\}\)\",$tail\$/\3 \2 \1/p" \
    ledger.jsonl >"$work/links"
ledger=$(head -n 1 "$work/links" | cut -d ' ' -f 3)
{
    echo 0000000000000000000000000000000000000000000000000000000000000000
    cat "$work/hashes"
} | head -n "$size" | awk -v l="$ledger" '{ print NR, $1, l }' >"$work/wanted"
cmp -s "$work/links" "$work/wanted" || {
    bad=$(cmp "$work/links" "$work/wanted" 2>&1 | sed -n 's/.*line \([0-9]*\).*/\1/p')
    fail "the chain breaks at entry ${bad:-$size} of ledger.jsonl"
}

# 3. The head: as the checkpoint says, and as it was noted outside.
last=$(tail -n 1 "$work/hashes")
[ "$(sed -n 1p checkpoint)" = "recert/$ledger" ] || fail "checkpoint is of another ledger"
[ "$(sed -n 2p checkpoint)" = "$size" ] || fail "checkpoint names another size"
[ "$(sed -n 4p checkpoint)" = "chain-head sha256:$last" ] || fail "checkpoint names another head"
[ "$(wc -l <checkpoint | tr -d ' ')" = 4 ] || fail "checkpoint has not four lines"
if [ "$pinned_size" -gt 0 ]; then
    [ "$pinned_size" -le "$size" ] || fail "the ledger ends at entry $size, the given head at $pinned_size"
    [ "$(sed -n "${pinned_size}p" "$work/hashes")" = "$pinned_hash" ] ||
        fail "entry $pinned_size is not the one of the given head"
fi

# 4. Decisions are the ledger's own lines.
campaign=$(sed -n 's/^  "campaign": "\([A-Za-z0-9._-]*\)",$/\1/p' manifest.json)
[ -n "$campaign" ] || fail "manifest.json names no campaign"
quoted=$(printf %s "$campaign" | sed 's/[.]/[.]/g')
end="\"seq\":[0-9]+,\"tool\":[{]\"version\":\"[^\"]*\"[}],\"type\":\"decision[.][a-z]+\",\"v\":1[}]\$"
grep -E ",\"campaign\":\"$quoted\",\"ledger\":\"[^\"]*\",\"prev\":\"[0-9a-f]{64}\",$end" \
    ledger.jsonl >"$work/decisions"
cmp -s "$work/decisions" decisions.jsonl || fail "decisions.jsonl does not hold the ledger's decisions"

# 5. Every item of the population is one that the ledger froze.
mkdir "$work/items"
awk -v d="$work/items" '{ f = sprintf("%s/%09d", d, NR); printf "%s", $0 >f; close(f) }' population.jsonl
grep -o '"record":"[0-9a-f]*"' ledger.jsonl | cut -c 11-74 | sort -u >"$work/records"
find "$work/items" -type f | sort | if command -v sha256sum >/dev/null 2>&1; then
    xargs sha256sum
else
    xargs shasum -a 256
fi | cut -c 1-64 | sort -u >"$work/found"
if [ -s population.jsonl ]; then
    [ -z "$(comm -23 "$work/found" "$work/records")" ] || fail "population.jsonl holds an item that was never assigned"
fi

# 6. Every sign-off and the close carry a signature by a signer of the given list, valid when made.
if [ $# -gt 1 ]; then
    [ -f "$2" ] || { echo "There is no list of signers at $2." >&2 && exit 2; }
    signed=0
    for statement in signoffs/*.statement closing/*.statement; do
        [ -f "$statement" ] || continue
        [ -f "$statement.sig" ] || fail "$statement carries no signature"
        space=signoff.v1@recert
        case $statement in closing/*) space=close.v1@recert ;; esac
        who=$(sed -n 's/.*"signer":{"id":"\([^"\\]*\)".*/\1/p' "$statement")
        when=$(sed -n 's/^{"at":"\([^"]*\)".*/\1/p' "$statement" | tr -d 'TZ:.-' | cut -c 1-14)
        ssh-keygen -Y verify -f "$2" -I "$who" -n "$space" -s "$statement.sig" \
            -Overify-time="${when}Z" <"$statement" >/dev/null 2>&1 ||
            fail "$statement is not signed by $who with a key of $2"
        signed=$((signed + 1))
    done
    [ "$signed" -gt 0 ] || fail "nothing here was signed off"
    echo "$signed statements are signed by signers of $2."
fi

echo "OK: $size entries, head $size:$last"
[ "$pinned_size" -gt 0 ] || echo "No head was given: this says nothing about who made the pack, or when."
grep -E '^  "(source|standing|state|signature)": ' manifest.json | sed 's/^  //; s/,$//'
echo "Not looked into: tables, reports and OSCAL, which repeat the JSON Lines; recert verify derives them."
