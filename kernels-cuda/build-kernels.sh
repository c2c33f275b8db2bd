#!/bin/sh
# Compiles the CUDA kernel files: build-kernels.sh OUTPUT_FOLDER [REPORT_FOLDER]
#
# For every kernel file: NAME.fatbin with machine code for sm_80 and sm_90, and NAME.ptx, PTX for compute_80 for all other
# GPUs, with its header lowered to version 7.0, which drivers older than the compiler accept as well; that nothing in it is
# newer than its header says is checked by assembling it once. kernel-files.txt lists the names. What the assembler says of
# registers, shared memory and spills goes to REPORT_FOLDER/NAME.txt. A file is compiled again only if it, a header, this
# script or the compiler changed. Without nvcc it says so and succeeds: everything but CUDA works without.
set -eu

output=$1
report=${2:-$1}
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
sources=$here/src/main/cuda

nvcc=${NVCC:-}
for candidate in nvcc "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" /usr/local/cuda/bin/nvcc; do
    [ -n "$nvcc" ] && break
    nvcc=$(command -v "$candidate" || true)
done
if [ -z "$nvcc" ]; then
    echo "CUDA kernels are not compiled, --device cuda will not work: nvcc was not found (install the CUDA toolkit or set NVCC)"
    exit 0
fi
mkdir -p "$output" "$report"

version=$("$nvcc" --version | tail -n 1)
common=$(cat "$0" "$sources"/*.cuh | sha256sum)
# The smallest files where this nvcc offers a choice (12.8 and newer).
compress=$("$nvcc" --help | sed -n 's/^--compress-mode .*/--compress-mode=size/p')
jobs=$(nproc 2>/dev/null || echo 2)
# One shell for each file, as many at once as there are processors.
compile='
set -eu
nvcc=$1 output=$2 report=$3 common=$4 version=$5 compress=$6 source=$7
name=$(basename "$source" .cu)
stamp=$(printf "%s %s %s" "$common" "$version" "$(sha256sum <"$source")")
if [ -f "$report/$name.stamp" ] && [ "$(cat "$report/$name.stamp")" = "$stamp" ] &&
    [ -f "$output/$name.fatbin" ] && [ -f "$output/$name.ptx" ]; then
    exit 0
fi
work=$(mktemp -d)
trap "rm -rf \"$work\"" EXIT
if ! "$nvcc" -std=c++17 -O3 -lineinfo -fatbin -Xptxas -v -Xfatbin=-compress-all $compress \
    -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=sm_90 \
    -o "$work/$name.fatbin" "$source" >"$work/$name.txt" 2>&1; then
    grep -v "^ptxas info" "$work/$name.txt" >&2
    exit 255
fi
"$nvcc" -std=c++17 -O3 -ptx -arch=compute_80 -o "$work/$name.full.ptx" "$source"
# The hint used_bytes_mask came with version 8.3 and means nothing to older compilers.
sed "s/^\.version .*/.version 7.0/; /^[[:space:]]*\.pragma \"used_bytes_mask /d" "$work/$name.full.ptx" >"$work/$name.ptx"
if ! "$nvcc" -cubin -arch=sm_80 -Xptxas -O0 -o "$work/$name.cubin" "$work/$name.ptx" >"$work/$name.check" 2>&1; then
    cat "$work/$name.check" >&2
    exit 255
fi
mv "$work/$name.fatbin" "$work/$name.ptx" "$output/"
mv "$work/$name.txt" "$report/"
printf "%s" "$stamp" >"$report/$name.stamp"
echo "compiled CUDA kernel file $name"
'
printf '%s\0' "$sources"/*.cu |
    xargs -0 -n 1 -P "$jobs" sh -c "$compile" compile "$nvcc" "$output" "$report" "$common" "$version" "$compress"
for source in "$sources"/*.cu; do
    basename "$source" .cu
done >"$output/kernel-files.txt"
# What a kernel file left that is no more.
for file in "$output"/*.fatbin "$output"/*.ptx "$report"/*.txt "$report"/*.stamp; do
    name=$(basename "$file")
    [ -f "$sources/${name%.*}.cu" ] || [ "$name" = kernel-files.txt ] || rm -f "$file"
done
