#!/bin/sh
# Packs what make built into one archive that runs on a bare Linux machine (x86-64, glibc 2.17 or newer): launcher, jars with
# their native libraries and compiled kernels, a Java runtime, the reference vectors, and the scripts for machines with a GPU.
#   dist.sh JDK OUTPUT_FOLDER
# DIST_RUNTIME=no leaves the runtime out; the machine then needs a JDK 25 or newer. The archive must stay below 40 MB.
set -eu

jdk=$1
output=$2
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd -P)
limit=40000000

fail() {
    printf 'dist: %s\n' "$1" >&2
    exit 1
}

built=$root/trainer/target
[ -r "$built/unitcell.jar" ] && [ -d "$built/lib" ] || fail "not built yet: run make first (in $root)"
version=$(sed -n '/<artifactId>unitcell<\/artifactId>/{n;s/.*<version>\(.*\)<\/version>.*/\1/p;q;}' "$root/pom.xml")
name=unitcell-$version-linux-x86_64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/$name
mkdir -p "$folder/lib" "$folder/golden" "$folder/configs" "$folder/docs" "$output"

cp "$built/unitcell.jar" "$built"/lib/*.jar "$folder/lib/"
cp "$root/unitcell" "$root/LICENSE" "$root/NOTICE" "$root/README.md" "$folder/"
cp "$root"/docs/*.md "$folder/docs/"
cp "$root"/tests/src/test/resources/golden/* "$folder/golden/"
cp "$root"/kernels-cuda/configs/*.json "$folder/configs/"
for script in gpu-check profile sanitize; do
    cp "$root/kernels-cuda/$script.sh" "$folder/"
    chmod 755 "$folder/$script.sh"
done
cp "$root/trainer/paper.sh" "$folder/"
chmod 755 "$folder/unitcell" "$folder/paper.sh"
"$jdk/bin/jar" --list --file "$folder/lib/kernels-cuda-$version.jar" | grep -q '\.fatbin$' ||
    echo "dist: the archive carries no CUDA kernels: nvcc was not found when they were built" >&2

if [ "${DIST_RUNTIME:-yes}" != no ]; then
    # What the jars name, and jdk.unsupported, which JLine and LWJGL reach by reflection only.
    modules=$(
        for jar in "$folder"/lib/*.jar; do
            "$jdk/bin/jdeps" --multi-release 25 --ignore-missing-deps -s --module-path "$folder/lib" "$jar"
        done | sed -n 's/.* -> \(java\.[a-z.]*\|jdk\.[a-z.]*\)$/\1/p' | sort -u
        echo jdk.unsupported
    )
    # Not compressed here: the archive is smaller when it compresses everything itself.
    "$jdk/bin/jlink" --add-modules "$(printf '%s' "$modules" | tr '\n' ',')" --output "$folder/runtime" \
        --strip-debug --no-header-files --no-man-pages --compress zip-0
    # Names of the JVM's inner functions, which only its crash reports would show.
    if command -v strip >/dev/null; then
        strip --strip-unneeded "$folder/runtime/lib/server/libjvm.so"
    fi
fi

archive=$output/$name.tar.gz
(cd "$work" && tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=2026-01-01 -cf - "$name") | gzip -9n >"$archive"
bytes=$(wc -c <"$archive")
echo "$archive: $((bytes / 1000)) kB, $(du -sm "$folder" | cut -f 1) MB unpacked"
[ "$bytes" -lt "$limit" ] || fail "the archive is larger than $limit bytes"
