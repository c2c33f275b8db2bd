#!/bin/sh
# Everything that a machine with an NVIDIA GPU has to answer, in ten minutes: does the driver take the kernels, do they
# compute what the specification says, does compute-sanitizer find anything, and how fast are they.
#   gpu-check.sh [--dry-run]       --dry-run prints the command lines and runs nothing
# Every step has a time limit of its own and a log; a step that fails does not stop the others. The folder OUT receives the
# logs, the figures as JSON, and summary.md. The status is 1 if any step failed, 0 otherwise.
# From the environment, all optional:
#   OUT=DIR          default gpu-check-HOST-TIME in the current folder
#   DEVICE=cuda      cuda or cuda:K
#   BUDGET=570       seconds for everything; what no longer fits is left out, and counts as failed
#   PATIENCE=1       a factor for all limits and the budget, for machines with few processors
#   PRESET=small BATCH=32        the small network
#   CONFIG=FILE.json CONFIG_BATCH=64   the large one, configs/17m.json
#   REPEATS=50       measured calls of each kernel
#   GOLDEN=DIR       reference vectors, golden/ beside this script
#   UNITCELL_REFERENCE=PROGRAM   the original network in PyTorch, to be timed on the same GPU: started as
#                                PROGRAM MODEL.json BATCH RESULT.json; what it prints goes to the log
#   UNITCELL_JAVA_OPTS           further options of the JVM
# Needs a POSIX shell and coreutils. Tools of the CUDA toolkit are used where they are installed.
set -u

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
unitcell=$here/unitcell
[ -x "$unitcell" ] || unitcell=$(CDPATH='' cd "$here/.." && pwd -P)/unitcell
golden=${GOLDEN:-$here/golden}
[ -d "$golden" ] || golden=$here/../tests/src/test/resources/golden
device=${DEVICE:-cuda}
preset=${PRESET:-small}
batch=${BATCH:-32}
config=${CONFIG:-$here/configs/17m.json}
config_batch=${CONFIG_BATCH:-64}
config_name=$(basename "$config" .json)
repeats=${REPEATS:-50}
out=${OUT:-gpu-check-$(uname -n)-$(date +%Y%m%d-%H%M%S)}
java=${UNITCELL_JAVA_OPTS:-}
dry=
case ${1:-} in
    '') ;;
    --dry-run) dry=yes ;;
    *)
        echo "gpu-check: found $1, expected --dry-run or nothing (the head of this script explains)" >&2
        exit 2
        ;;
esac
if [ -z "$dry" ]; then
    mkdir -p "$out" || exit 3
    out=$(CDPATH='' cd "$out" && pwd -P)
fi
started=$(date +%s)
patience=${PATIENCE:-1}
deadline=$((started + ${BUDGET:-570} * patience))
names=

# quoted WORD...: a command line that can be typed again.
quoted() {
    line=
    for word in "$@"; do
        [ "$word" != "$unitcell" ] || word=./unitcell
        case $word in
            *[\ \*\;\"]*) line="$line '$word'" ;;
            *) line="$line $word" ;;
        esac
    done
    printf '%s\n' "${line# }"
}

# step NAME LIMIT COMMAND...: runs a command for LIMIT seconds at most; NAME.log has its words, NAME.result how it went.
# To be started in the background too.
step() {
    name=$1 limit=$(($2 * patience))
    shift 2
    if [ -n "$dry" ]; then
        printf '%s (%s s): %s\n' "$name" "$limit" "$(quoted "$@")"
        return
    fi
    begun=$(date +%s)
    left=$((deadline - begun))
    [ "$left" -ge "$limit" ] || limit=$left
    if [ "$limit" -lt 5 ]; then
        record "$name" "FAILED (no time left)" 0 "$(quoted "$@")"
        return
    fi
    printf '%s\n\n' "$(quoted "$@")" >"$out/$name.log"
    timeout -k 10 "$limit" "$@" >>"$out/$name.log" 2>&1
    status=$?
    case $status in
        0) result=ok ;;
        124 | 137) result="FAILED (stopped after $limit s)" ;;
        *) result="FAILED (status $status)" ;;
    esac
    record "$name" "$result" $(($(date +%s) - begun)) "$(quoted "$@")"
}

# left_out NAME REASON: a step that cannot be taken here, which is no failure.
left_out() {
    if [ -n "$dry" ]; then
        printf '%s: left out, %s\n' "$1" "$2"
    else
        record "$1" "left out: $2" 0 ""
    fi
}

# optional NAME: a step that ended with status 4, device or library cannot be used, was left out rather than failed.
optional() {
    [ -z "$dry" ] || return 0
    {
        read -r result
        read -r seconds
        IFS= read -r command
    } <"$out/$1.result"
    [ "$result" = "FAILED (status 4)" ] || return 0
    reason=$(tail -n 1 "$out/$1.log")
    record "$1" "left out: ${reason#unitcell: }" "$seconds" "$command"
}

record() {
    printf '%s\n%s\n%s\n' "$2" "$3" "$4" >"$out/$1.result"
    printf '%-28s %s, %s s\n' "$1" "$2" "$3"
}

# with OPTIONS COMMAND...: the words of a command with further options of the JVM.
with() {
    options=$1
    shift
    set -- env "UNITCELL_JAVA_OPTS=${java:+$java }$options" "$@"
    step "$step_name" "$step_limit" "$@"
}

# knows COMMAND... -- OPTION: whether this build has a command, with an option.
knows() {
    words= option=
    while [ $# -gt 0 ]; do
        if [ "$1" = -- ]; then
            option=$2
            break
        fi
        words="$words $1"
        shift
    done
    # shellcheck disable=SC2086 # a list of words
    help=$("$unitcell" $words --help 2>&1) || return 1
    case $help in
        *"$option"*) return 0 ;;
        *) return 1 ;;
    esac
}

tool() { # NAME: where a tool of the toolkit is
    command -v "$1" || {
        [ -x "${CUDA_HOME:-/usr/local/cuda}/bin/$1" ] && printf '%s\n' "${CUDA_HOME:-/usr/local/cuda}/bin/$1"
    }
}

# Names of all steps in the order of the summary.
plan="machine device kernels kernels-ptx kernels-tf32 gradients equivariance golden"
for check in memcheck racecheck initcheck synccheck; do
    plan="$plan sanitizer-$check"
done
plan="$plan bench-kernels-$preset bench-kernels-$config_name"
for way in jcublas cublas tiled tf32; do
    plan="$plan products-$way"
done
for precision in fp32 tf32; do
    plan="$plan step-$preset-$precision step-$config_name-$precision"
done
plan="$plan reference"

machine() {
    uname -a
    [ ! -r /etc/os-release ] || sed -n 's/^PRETTY_NAME=//p' /etc/os-release
    [ ! -r /proc/driver/nvidia/version ] || cat /proc/driver/nvidia/version
    echo "processors $(nproc)"
    for command in 'nvidia-smi' 'nvidia-smi -q -d CLOCK,POWER,PERFORMANCE' 'nvcc --version' 'nsys --version' \
        'ncu --version' 'compute-sanitizer --version' 'ldd --version'; do
        program=$(tool "${command%% *}") || {
            echo "${command%% *}: not installed"
            continue
        }
        echo
        echo "\$ $command"
        # shellcheck disable=SC2086 # options of the command
        case $command in
            *' '*) "$program" ${command#* } 2>&1 ;;
            *) "$program" 2>&1 ;;
        esac
    done
    "$unitcell" --version
}

if [ -n "$dry" ]; then
    echo "machine: device name, driver, clocks, versions of the toolkit"
else
    begun=$(date +%s)
    machine >"$out/machine.log" 2>&1
    record machine ok $(($(date +%s) - begun)) "nvidia-smi and versions of the toolkit"
fi

# Does the driver take the kernels: names of functions, machine code, PTX text, cuBLAS.
if knows verify device; then
    step device 60 "$unitcell" verify device --device "$device"
else
    left_out device "this build has no command verify device"
fi

# Does it compute the right thing, from machine code and from PTX. These wait for the processor, which computes what the GPU is
# compared with, more than for the GPU: all at once.
step_name=kernels-ptx step_limit=170
if knows verify kernels -- --device; then
    step kernels 170 "$unitcell" verify kernels --device "$device" --repeats 10 &
    with -Dunitcell.cuda.image=ptx "$unitcell" verify kernels --device "$device" --repeats 10 &
    step kernels-tf32 170 "$unitcell" verify kernels --device "$device" --precision tf32 --repeats 10 &
else
    left_out kernels "this build has no command verify kernels"
    with -Dunitcell.cuda.image=ptx "$unitcell" bench step --device "$device" --preset tiny --batch 2 --warmup 0 \
        --steps 1 &
    left_out kernels-tf32 "this build has no command verify kernels"
fi
[ -z "$dry" ] || wait
for check in gradients equivariance; do
    if knows verify "$check" -- --device; then
        step "$check" 170 "$unitcell" verify "$check" --device "$device" &
    else
        left_out "$check" "verify $check of this build takes no --device"
    fi
    [ -z "$dry" ] || wait
done
step golden 170 "$unitcell" verify golden "$golden" --device "$device" &
sanitizer=$(tool compute-sanitizer || true)
for check in memcheck racecheck initcheck synccheck; do
    if [ -z "$sanitizer" ] && [ -z "$dry" ]; then
        left_out "sanitizer-$check" "compute-sanitizer is not installed"
    elif [ "$check" = initcheck ]; then # the pool's checks fill memory, which would hide what initcheck looks for
        step "sanitizer-$check" 170 "${sanitizer:-compute-sanitizer}" --tool "$check" --target-processes all \
            --launch-timeout 120 --error-exitcode 9 \
            "$unitcell" bench step --device "$device" --preset "$preset" --batch 1 --warmup 0 --steps 1 &
    else
        step_name=sanitizer-$check step_limit=170
        with -Dunitcell.memory.debug=true "${sanitizer:-compute-sanitizer}" --tool "$check" --target-processes all \
            --launch-timeout 120 --error-exitcode 9 \
            "$unitcell" bench step --device "$device" --preset "$preset" --batch 1 --warmup 0 --steps 1 &
    fi
    [ -z "$dry" ] || wait
done
wait
optional kernels-tf32

# How fast is it. Nothing else runs meanwhile.
step "bench-kernels-$preset" 100 "$unitcell" bench kernels --device "$device" --preset "$preset" --batch "$batch" \
    --repeats "$repeats" --json "$out/kernels-$preset.json"
step "bench-kernels-$config_name" 120 "$unitcell" bench kernels --device "$device" --model-config "$config" \
    --batch "$config_batch" --repeats "$repeats" --json "$out/kernels-$config_name.json"
for way in jcublas cublas tiled; do
    step_name=products-$way step_limit=45
    with "-Dunitcell.cuda.gemm=$way" "$unitcell" bench kernels --filter dense --device "$device" \
        --model-config "$config" --batch "$config_batch" --repeats "$repeats" --json "$out/products-$way.json"
    [ "$way" = tiled ] || optional "products-$way"
done
step products-tf32 45 "$unitcell" bench kernels --filter dense --device "$device" --precision tf32 \
    --model-config "$config" --batch "$config_batch" --repeats "$repeats" --json "$out/products-tf32.json"
optional products-tf32
for precision in fp32 tf32; do
    step "step-$preset-$precision" 45 "$unitcell" bench step --device "$device" --precision "$precision" \
        --preset "$preset" --batch "$batch" --warmup 20 --steps 50 --profile --json "$out/step-$preset-$precision.json"
    step "step-$config_name-$precision" 60 "$unitcell" bench step --device "$device" --precision "$precision" \
        --model-config "$config" --batch "$config_batch" --warmup 10 --steps 20 --profile --json "$out/step-$config_name-$precision.json"
    [ "$precision" = fp32 ] || {
        optional "step-$preset-$precision"
        optional "step-$config_name-$precision"
    }
done
if [ -n "${UNITCELL_REFERENCE:-}" ]; then
    step reference 90 "$UNITCELL_REFERENCE" "$config" "$config_batch" "$out/reference.json"
else
    left_out reference "UNITCELL_REFERENCE names no program"
fi
[ -z "$dry" ] || exit 0

# Lines of a log that begin with a word.
lines() { # LOG WORD
    [ ! -r "$out/$1.log" ] || sed -n "s/^$2/    $2/p" "$out/$1.log"
}

failed=0
{
    echo "# GPU check of $(date -u +%Y-%m-%d)"
    echo
    lines "bench-kernels-$config_name" "device "
    lines "bench-kernels-$config_name" "clocks"
    lines "bench-kernels-$config_name" "nvidia-smi"
    lines "bench-kernels-$config_name" "ceilings"
    echo
    echo "| step | result | s | command |"
    echo "|---|---|---|---|"
    for name in $plan; do
        [ -r "$out/$name.result" ] || continue
        {
            read -r result
            read -r seconds
            IFS= read -r command
        } <"$out/$name.result"
        [ -z "$command" ] || command="\`$command\`"
        echo "| $name | $result | $seconds | $command |"
    done
    echo
    echo "| network | batch | products | work | median s | min s | max s | edges/s | GFLOP/s |"
    echo "|---|---|---|---|---|---|---|---|---|"
    for precision in fp32 tf32; do
        for network in "$preset $batch" "$config_name $config_batch"; do
            log=$out/step-${network% *}-$precision.log
            [ -r "$log" ] || continue
            while read -r first second median min max edges rate rest; do
                case "$first $second" in
                    'training step' | 'forward pass')
                        echo "| ${network% *} | ${network#* } | $precision | $first $second" \
                            "| $median | $min | $max | $edges | $rate |"
                        ;;
                esac
            done <"$log"
        done
    done
    echo
    echo "| products by | kernel | median us | GFLOP/s | share | sizes |"
    echo "|---|---|---|---|---|---|"
    for way in jcublas cublas tiled tf32; do
        log=$out/products-$way.log
        [ -r "$log" ] || continue
        while read -r family kernel calls median min submit bytes flops intensity share sizes; do
            [ "$family" != dense ] || echo "| $way | $kernel | $median | $flops | $share | $sizes |"
        done <"$log"
    done
    for network in "$preset" "$config_name"; do
        log=$out/bench-kernels-$network.log
        [ -r "$log" ] || continue
        echo
        echo "Kernels of $network:"
        echo
        echo "| family | kernel | median us | min us | submit us | GB/s | GFLOP/s | F/B | share | sizes |"
        echo "|---|---|---|---|---|---|---|---|---|---|"
        table=
        while read -r family kernel calls median min submit bytes flops intensity share sizes; do
            case "$family $kernel" in
                'family kernel') table=yes ;;
                'afterwards '*) table= ;;
                *)
                    [ -z "$table" ] || [ -z "${share:-}" ] ||
                        echo "| $family | $kernel | $median | $min | $submit | $bytes | $flops | $intensity | $share | $sizes |"
                    ;;
            esac
        done <"$log"
    done
} >"$out/summary.md"
for name in $plan; do
    [ ! -r "$out/$name.result" ] || case $(head -n 1 "$out/$name.result") in FAILED*) failed=$((failed + 1)) ;; esac
done
echo "$failed failed, $(($(date +%s) - started)) s; $out/summary.md"
[ "$failed" -eq 0 ]
