#!/bin/sh
# Builds the CUDA emulator: a libcuda.so.1 that runs the kernels of this project on the CPU, and host-module.ptx, a
# module that lists them for machines without nvcc.
#
#   build.sh CUDA_SOURCE_DIR OUTPUT_DIR [MORE.cu or FOLDER]...
#
# All *.cu files of the folder and the further ones are compiled with g++, two at a time, and only if they, a header
# they include, or the flags have changed. CXX names another compiler. Exit status 3: this machine cannot build it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cxx=${CXX:-g++}

# The library runs on the machine it is built on. Products are fused with sums as nvcc does it. The project's kernels
# read floats as float4, which the rules on aliasing of C++ do not allow.
flags="-std=c++17 -O2 -march=native -fPIC -pthread -fvisibility=hidden -ffp-contract=fast -fno-math-errno
    -fno-strict-aliasing -fno-gnu-unique -fcf-protection=none -Wall -Wextra"
kernel_flags="-x c++ -DUNITCELL_EMULATION -Wno-unknown-pragmas -Wno-attributes -Wno-unused-parameter
    -Wno-maybe-uninitialized"

# What an object was made from, as one line: checksum of its source and headers, and of the command.
state_of() { # SOURCE OBJECT COMMAND
    {
        printf '%s\n' "$1" "$3" "$UNITCELL_COMPILER"
        # The files that the last compilation read, as words that xargs understands; the first word is the target.
        sed '1s/^.*\.o: *//; s/\\$//' "$2.d" | xargs cat
    } 2>&1 | cksum
}

if [ "${1:-}" = --compile ]; then # SOURCE OBJECT: one object, if it is not up to date; called below
    source=$2 object=$3
    case $source in
        *.cu) command="$flags $kernel_flags -I$here" ;;
        *) command=$flags ;;
    esac
    if [ -f "$object" ] && [ -f "$object.d" ] && [ -f "$object.state" ] &&
        [ "$(cat "$object.state")" = "$(state_of "$source" "$object" "$command")" ]; then
        exit 0
    fi
    rm -f "$object.state"
    case $source in
        # shellcheck disable=SC2086 # the flags are words
        *.cu) "$cxx" $flags $kernel_flags "-I$here" -MD -MF "$object.d" -c "$source" -o "$object" ;;
        # shellcheck disable=SC2086
        *) "$cxx" $flags -MD -MF "$object.d" -c "$source" -o "$object" ;;
    esac
    state_of "$source" "$object" "$command" >"$object.state"
    echo "$object" >>"$(dirname "$object")/compiled"
    exit 0
fi

if [ $# -lt 2 ]; then
    echo "usage: build.sh CUDA_SOURCE_DIR OUTPUT_DIR [MORE.cu or FOLDER]..." >&2
    exit 2
fi
if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ]; then
    echo "CUDA kernels are not tested: the emulator runs on x86-64 Linux only"
    exit 3
fi
if ! command -v "$cxx" >/dev/null 2>&1; then
    echo "CUDA kernels are not tested: $cxx was not found"
    exit 3
fi

# The compiler and what this processor makes of -march=native.
UNITCELL_COMPILER=$({ "$cxx" --version; "$cxx" -march=native -Q --help=target; } 2>&1 | cksum)
export UNITCELL_COMPILER

kernels=$1 output=$2
shift 2
if [ ! -d "$kernels" ]; then
    echo "build.sh: $kernels is not a folder" >&2
    exit 2
fi
mkdir -p "$output/objects"
objects=$(cd "$output/objects" && pwd)
library=$output/libcuda.so.1
work=$objects/work
: >"$objects/compiled"
: >"$work"

add() { # SOURCE PREFIX
    printf '%s\0%s\0' "$1" "$objects/$2-$(basename "$1").o" >>"$work"
}
for source in "$here"/*.cpp; do
    case $source in */listing.cpp | */self_test.cpp) ;; *) add "$source" emulator ;; esac
done
files=0
for folder in "$kernels" "$@"; do
    if [ -f "$folder" ]; then
        add "$(cd "$(dirname "$folder")" && pwd)/$(basename "$folder")" more
        files=$((files + 1))
        continue
    fi
    for source in "$(cd "$folder" && pwd)"/*.cu; do
        [ -f "$source" ] || continue
        add "$source" "kernels-$(basename "$folder")"
        files=$((files + 1))
    done
done

xargs -0 -n 2 -P 2 sh "$0" --compile <"$work" || {
    echo "build.sh: a file could not be compiled" >&2
    exit 1
}

# Which objects the library was linked from, so that a removed source leaves it too.
tr '\0' '\n' <"$work" | grep '\.o$' >"$objects/wanted"
if [ -s "$objects/compiled" ] || [ ! -f "$library" ] || ! cmp -s "$objects/wanted" "$objects/linked"; then
    rm -f "$objects/linked"
    sed 's/.*/"&"/' "$objects/wanted" >"$objects/arguments"
    "$cxx" -shared -pthread -Wl,-soname,libcuda.so.1 -Wl,-Bsymbolic -Wl,-z,defs -o "$library.new" \
        "@$objects/arguments" -ldl
    mv -f "$library.new" "$library"
    "$cxx" -std=c++17 -O1 -o "$objects/listing" "$here/listing.cpp" "$library" "-Wl,-rpath,$(cd "$output" && pwd)"
    "$objects/listing" "$output/host-module.ptx"
    cp "$objects/wanted" "$objects/linked"
fi
count=$(grep -c '\.entry' "$output/host-module.ptx" || true)
compiled=$(grep -c . "$objects/compiled" || true)
echo "CUDA emulator: $count kernels of $files .cu files in $library ($compiled files compiled)"
