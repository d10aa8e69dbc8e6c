#!/usr/bin/env bash
# Prints what the working tree synthesizes otherwise than a commit does, for every example and a wide sample of options: compare-synthesis.sh COMMIT
set -euo pipefail
cd "$(dirname "$0")/.."
readonly commit=${1:?a commit to compare with}

folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/tree"; rm -rf "$folder"' EXIT
git worktree add --quiet --detach "$folder/tree" "$commit"
ln -s "$PWD/node_modules" "$folder/tree/node_modules"
# What is asked for is what the working tree asks for.
cp -r scripts/sample-clusters.ts "$folder/tree/scripts/"
cp -r test/support/{properties,random-clusters}.ts "$folder/tree/test/support/"

# synthesize TREE FOLDER
synthesize() (
  cd "$1"
  npx tsx --tsconfig tsconfig.dev.json scripts/sample-clusters.ts "$2"
  for example in examples/*/cdktf.json; do
    name=$(basename "$(dirname "$example")")
    (cd "examples/$name" && CDKTF_OUTDIR="$2/$name" npx tsx --tsconfig ../../tsconfig.dev.json main.ts)
  done
  # The local backend names the folder.
  grep --recursive --files-with-matches --fixed-strings "$1" "$2" | xargs sed --in-place "s#$1#TREE#g"
)
synthesize "$folder/tree" "$folder/before" & before=$!
synthesize "$PWD" "$folder/after"
wait "$before"
if diff --recursive --unified=1 "$folder/before" "$folder/after"; then
  echo "the same: $(find "$folder/after" -name '*.json' | wc -l) files"
else
  exit 1
fi
