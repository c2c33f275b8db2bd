#!/bin/sh
# Builds the stand-in for cuBLAS: build.sh OUTPUT_FOLDER leaves libcublas.so.12 there. Exit code 3 without g++.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
cxx=${CXX:-g++}
if ! command -v "$cxx" >/dev/null 2>&1; then
    echo "calls of cuBLAS are not tested: $cxx was not found"
    exit 3
fi
mkdir -p "$1"
"$cxx" -std=c++17 -O2 -Wall -Wextra -fPIC -shared -Wl,-soname,libcublas.so.12 \
    -Wl,--version-script="$here/cublas.map" -o "$1/libcublas.so.12" "$here/cublas.cpp"
