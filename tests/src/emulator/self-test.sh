#!/bin/sh
# Builds the emulator with its own kernels and runs its self-test. Usage: self-test.sh [OUTPUT_DIR] [measure]
# Faults are planted, so their lines on the standard error are expected; they are kept in OUTPUT_DIR/faults.log.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-${TMPDIR:-/tmp}/unitcell-emulator-self-test}
"$here/build.sh" "$here/self_test" "$output" "$here/faults.cu"
output=$(cd "$output" && pwd)
${CXX:-g++} -std=c++20 -O1 -Wall -Wextra -Wno-missing-field-initializers -o "$output/self_test" \
    "$here"/self_test/*.cpp "$output/libcuda.so.1" "-Wl,-rpath,$output"
: >"$output/faults.log"

run() { # ENVIRONMENT... -- ARGUMENTS...
    if ! env "$@" 2>>"$output/faults.log"; then
        echo "self-test.sh: failed: $*" >&2
        tail -n 5 "$output/faults.log" >&2
        exit 1
    fi
}
set -- "$output/self_test" "$output/host-module.ptx" ${2:+"$2"}
if [ $# -gt 2 ]; then
    run "$@"
    exit 0
fi
run UNITCELL_EMULATOR_THREADS=1 "$@"
run UNITCELL_EMULATOR_THREADS=3 "$@"
run UNITCELL_EMULATOR_DRIVER=12000 UNITCELL_EMULATOR_DEVICES=2 UNITCELL_EMULATOR_MEMORY=64 \
    UNITCELL_EMULATOR_ORDER=reversed UNITCELL_EMULATOR_STREAMS=deferred "$@" environment
run UNITCELL_EMULATOR_DEVICES=0 "$@" init 100
run UNITCELL_EMULATOR_ORDER=sideways "$@" init 1
run UNITCELL_EMULATOR_STREAMS=sometimes "$@" init 1
