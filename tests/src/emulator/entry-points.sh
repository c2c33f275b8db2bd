#!/bin/sh
# Writes entry_points.inc anew: the names that JCuda's driver library needs from libcuda.so.1.
# Usage: entry-points.sh jcuda-natives-VERSION-linux-x86_64.jar
set -eu
jar=${1:?usage: entry-points.sh jcuda-natives-VERSION-linux-x86_64.jar}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unzip -q -o "$jar" 'lib/libJCudaDriver-*.so' -d "$work"
{
    echo "// The undefined cu* symbols of libJCudaDriver, written by entry-points.sh from $(basename "$jar")."
    nm -D --undefined-only "$work"/lib/libJCudaDriver-*.so |
        sed -n 's/.* U \(cu[A-Za-z0-9_]*\)$/UNITCELL_ENTRY_POINT(\1)/p' | LC_ALL=C sort -u
} >"$here/entry_points.inc"
