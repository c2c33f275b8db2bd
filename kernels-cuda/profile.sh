#!/bin/sh
# Profiles training steps on the GPU with NVIDIA's tools: a timeline by Nsight Systems (nsys) with the network's layers as
# ranges, and everything about some launches of some kernels by Nsight Compute (ncu).
#   profile.sh [--dry-run]     prints each command line, and runs it unless --dry-run is given
# From the environment:
#   PRESET=small               network by name; CONFIG=FILE.json a model configuration instead; BATCH=32 crystals
#   KERNEL=REGEX               kernels for ncu, matched anywhere in the entry point's name; default: the rotations
#   LAUNCHES=10                launches that ncu looks at, after SKIP=0 others of these kernels
#   TOOL=nsys|ncu              only that one
#   OUT=runs/profile           where the reports go
# Reading performance counters (ncu) needs the right to do so: root, or a driver loaded with
# NVreg_RestrictProfilingToAdminUsers=0.
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
unitcell=$here/unitcell
[ -x "$unitcell" ] || unitcell=$here/../unitcell
preset=${PRESET:-small}
kernel=${KERNEL:-rotate}
out=${OUT:-runs/profile}
dry=
[ "${1:-}" != --dry-run ] || dry=yes
failed=0

if [ -n "${CONFIG:-}" ]; then
    network="--model-config $CONFIG"
    name=$(basename "$CONFIG" .json)
else
    network="--preset $preset"
    name=$preset
fi
step="$unitcell bench step --device cuda $network --batch ${BATCH:-32}"

find_tool() { # NAME: where it is, also in the folders of the toolkit
    command -v "$1" && return
    for folder in "${CUDA_HOME:-/usr/local/cuda}/bin" /usr/local/cuda/bin /opt/nvidia/nsight-systems/*/bin \
        /opt/nvidia/nsight-compute/*; do
        [ ! -x "$folder/$1" ] || { printf '%s\n' "$folder/$1" && return; }
    done
    return 1
}

run() { # TOOL PACKAGE COMMAND...
    tool=$1 package=$2
    shift 2
    [ "${TOOL:-$tool}" = "$tool" ] || return 0
    found=$(find_tool "$tool" || true)
    printf 'UNITCELL_JAVA_OPTS=-Dunitcell.nvtx=true %s %s\n' "${found:-$tool}" "$*"
    if [ -n "$dry" ]; then
        return 0
    elif [ -z "$found" ]; then
        printf 'profile: %s is not installed (%s): the line above is what to run where it is\n' "$tool" "$package" >&2
        failed=4
    elif [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]; then
        printf 'profile: this machine has no NVIDIA GPU (there is no /dev/nvidiactl): the line above is what to run where there is one\n' >&2
        failed=4
    else
        mkdir -p "$out"
        UNITCELL_JAVA_OPTS="${UNITCELL_JAVA_OPTS:-} -Dunitcell.nvtx=true" "$found" "$@" || failed=1
    fi
}

# The launcher becomes the JVM, so that there is one process to follow; its helper, which filters a line of the JVM's, is
# not waited for. Sampling of the host's stacks is off: it says little about compiled Java and disturbs it.
# shellcheck disable=SC2086 # $step is a list of words
run nsys "Nsight Systems" profile --trace=cuda,nvtx --sample=none --cpuctxsw=none --wait=primary --stats=true \
    --force-overwrite=true --output="$out/$name-step" $step --warmup 5 --steps 5
# shellcheck disable=SC2086
run ncu "Nsight Compute" --target-processes all --set full --import-source yes --nvtx \
    --kernel-name-base function --kernel-name "regex:$kernel" --launch-skip "${SKIP:-0}" --launch-count "${LAUNCHES:-10}" \
    --force-overwrite --export "$out/$name-kernels" $step --warmup 1 --steps 1
exit "$failed"
