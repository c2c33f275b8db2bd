#!/bin/sh
# Checks the kernels on the GPU with compute-sanitizer: memory accesses (memcheck), races for shared memory (racecheck),
# reads of memory that nobody wrote (initcheck), barriers (synccheck), each over one training step of a small network.
#   sanitize.sh [--dry-run] [TOOL...]     prints each command line, and runs it unless --dry-run is given
# From the environment:
#   PRESET=tiny     network by name; CONFIG=FILE.json a model configuration instead; BATCH=2 crystals
#   KERNEL=REGEX    only kernels with this in the entry point's name
# The status is 0 if no tool found anything, 1 if one did, 4 if the tools or a GPU are missing.
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
unitcell=$here/unitcell
[ -x "$unitcell" ] || unitcell=$here/../unitcell
dry=
if [ "${1:-}" = --dry-run ]; then
    dry=yes
    shift
fi
[ $# -gt 0 ] || set -- memcheck racecheck initcheck synccheck
if [ -n "${CONFIG:-}" ]; then
    network="--model-config $CONFIG"
else
    network="--preset ${PRESET:-tiny}"
fi

sanitizer=
for candidate in compute-sanitizer "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer" \
    /usr/local/cuda/bin/compute-sanitizer; do
    [ -n "$sanitizer" ] || sanitizer=$(command -v "$candidate" || true)
done

failed=0
for tool in "$@"; do
    options="--tool $tool --target-processes all --launch-timeout 120 --error-exitcode 9"
    [ -z "${KERNEL:-}" ] || options="$options --kernel-regex kns=$KERNEL"
    # With the pool's checks every tensor is memory of its own, and an access behind it is seen. They fill fresh memory,
    # which would hide from initcheck that a kernel did not.
    java=
    [ "$tool" = initcheck ] || java=-Dunitcell.memory.debug=true
    command="$unitcell bench step --device cuda $network --batch ${BATCH:-2} --warmup 0 --steps 1"
    printf 'UNITCELL_JAVA_OPTS=%s %s %s %s\n' "$java" "${sanitizer:-compute-sanitizer}" "$options" "$command"
    if [ -n "$dry" ]; then
        continue
    elif [ -z "$sanitizer" ]; then
        echo "sanitize: compute-sanitizer is not installed (it comes with the CUDA toolkit): the line above is what to run where it is" >&2
        failed=4
    elif [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]; then
        echo "sanitize: this machine has no NVIDIA GPU (there is no /dev/nvidiactl): the line above is what to run where there is one" >&2
        failed=4
    else
        # shellcheck disable=SC2086 # lists of words
        UNITCELL_JAVA_OPTS="${UNITCELL_JAVA_OPTS:-} $java" "$sanitizer" $options $command || failed=1
    fi
done
exit "$failed"
