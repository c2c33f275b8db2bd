#!/bin/sh
# The whole paper within a budget of time: pre-training, fine-tuning on five properties beside training from scratch,
# adversarial training with and without its gradient, and the report with all tables and figures. `make paper` runs it.
#
#   BUDGET   time for everything, as 90s, 30m, 8h [30m]; decides the size of the network and of every part
#   DATA     folder with the tables: mp/*.csv.gz, mp20/*.csv.gz, properties/{phonon_dos,mp_elastic_fermi,
#            aflow_thermoelastic}.csv.gz [../shared/data]
#   OUT      folder of all runs and of the report [runs/paper]
#   DEVICE   auto, cpu, cuda:k [auto]
#   PRESET   network: tiny, mini, small, medium, paper [by the budget; medium on cuda]
#   SEEDS    fits and adversarial runs with different seeds [3]
#   CRYSTALS test crystals of the report [by the budget]
#
# Stopped by a signal it ends with status 75; the same command goes on where it was.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
[ -x "$root/unitcell" ] || root=$(dirname "$root")

BUDGET=${BUDGET:-30m}
DATA=${DATA:-../shared/data}
OUT=${OUT:-runs/paper}
DEVICE=${DEVICE:-auto}
SEEDS=${SEEDS:-3}

fail() {
    echo "paper: $1" >&2
    exit "$2"
}

seconds_of() {
    case $1 in
        *[!0-9]?* | '' | [!0-9]*) fail "BUDGET is $1, expected a number and s, m, h or d, as 30m" 2 ;;
        *s) echo "${1%s}" ;;
        *m) echo $((${1%m} * 60)) ;;
        *h) echo $((${1%h} * 3600)) ;;
        *d) echo $((${1%d} * 86400)) ;;
        *[0-9]) echo "$1" ;;
        *) fail "BUDGET is $1, expected a number and s, m, h or d, as 30m" 2 ;;
    esac
}
budget=$(seconds_of "$BUDGET")
[ "$budget" -ge 60 ] || fail "BUDGET is $BUDGET, expected at least 60s" 2
case $SEEDS in
    '' | *[!0-9]* | 0) fail "SEEDS is $SEEDS, expected a number of at least 1" 2 ;;
esac

for table in "$DATA"/mp/*.csv.gz "$DATA"/mp20/*.csv.gz "$DATA"/properties/phonon_dos.csv.gz \
    "$DATA"/properties/mp_elastic_fermi.csv.gz "$DATA"/properties/aflow_thermoelastic.csv.gz; do
    [ -r "$table" ] || fail "there is no $table; give the folder with the tables as DATA=DIR" 3
done

if [ -z "${PRESET:-}" ]; then
    case $DEVICE in
        cuda*) PRESET=medium ;;
        *) if [ "$budget" -lt 600 ]; then PRESET=tiny; elif [ "$budget" -lt 7200 ]; then PRESET=mini; else PRESET=small; fi ;;
    esac
fi
CRYSTALS=${CRYSTALS:-$((budget / 4 + 50))}

# Shares of the budget, in percent. Reading tables and starting programs take some of the rest; the report takes what it needs.
tasks="stability stability-cubic phonon-dos fermi bulk-modulus shear-modulus"
fits=$((6 * 2 * SEEDS))
# Stability, whose table is the largest and whose network becomes the discriminator, has the time of two.
fit_shares=$((7 * 2 * SEEDS))
games=$((3 * SEEDS))
pretrain_s=$((budget * 28 / 100))
fit_s=$((budget * 40 / 100 / fit_shares))
game_s=$((budget * 18 / 100 / games))
[ "$fit_s" -ge 1 ] || fit_s=1
[ "$game_s" -ge 1 ] || game_s=1

echo "budget $BUDGET, preset $PRESET: pre-training ${pretrain_s} s, $fits fits of ${fit_s} s (stability $((2 * fit_s)) s), $games adversarial runs of ${game_s} s"
begin=$(date +%s)

# Runs a command and shows it as a user would type it.
run() {
    echo
    echo "[$(($(date +%s) - begin)) s] ./unitcell $*"
    "$root/unitcell" "$@" || {
        status=$?
        [ $status -ne 75 ] || echo "paper: stopped; the same command goes on from here" >&2
        exit $status
    }
}

input_of() {
    case $1 in
        stability*) echo "$DATA/mp20/*.csv.gz" ;;
        phonon-dos) echo "$DATA/properties/phonon_dos.csv.gz" ;;
        fermi) echo "$DATA/properties/mp_elastic_fermi.csv.gz" ;;
        *) echo "$DATA/properties/aflow_thermoelastic.csv.gz" ;;
    esac
}

[ -r "$OUT/data/test.csv" ] || run split --input "$DATA/mp20/*.csv.gz" --fraction 0.1 --out "$OUT/data"

run pretrain --data "$DATA/mp/*.csv.gz" --exclude "$OUT/data/test.csv" --preset "$PRESET" --device "$DEVICE" \
    --time-limit "${pretrain_s}s" --out "$OUT/pretrain"

for task in $tasks; do
    limit=$fit_s
    [ "$task" != stability ] || limit=$((2 * fit_s))
    run finetune --task "$task" --input "$(input_of "$task")" --checkpoint "$OUT/pretrain" --device "$DEVICE" \
        --repeats "$SEEDS" --time-limit "${limit}s" --out "$OUT/finetune/$task"
done

seed=0
while [ "$seed" -lt "$SEEDS" ]; do
    for game in "gan-0.1 on 0.1" "gan-0.2 on 0.2" "gan-off-0.2 off 0.2"; do
        # shellcheck disable=SC2086 # three words
        set -- $game
        run gan --generator "$OUT/pretrain" --discriminator "$OUT/finetune/stability" --data "$OUT/data/train.csv" --labels stability \
            --adversarial "$2" --noise "$3" --seed "$seed" --device "$DEVICE" --time-limit "${game_s}s" \
            --out "$OUT/$1-s$seed"
    done
    seed=$((seed + 1))
done

# Games are compared where they ended: the best checkpoint by pre-training's loss may be the start of one and the end of another.
runs_of() {
    list=
    i=0
    while [ "$i" -lt "$SEEDS" ]; do
        list=$list${list:+,}$OUT/$1-s$i/latest
        i=$((i + 1))
    done
    echo "$list"
}

set -- report --model "pretrained=$OUT/pretrain"
for game in gan-0.1 gan-0.2 gan-off-0.2; do
    set -- "$@" --model "$game=$(runs_of "$game")"
done
for task in $tasks; do
    set -- "$@" --finetune "$OUT/finetune/$task"
done
run "$@" --test "$OUT/data/test.csv" --train "$OUT/data/train.csv" --limit "$CRYSTALS" --device "$DEVICE" \
    --out "$OUT/report"

echo
echo "the whole paper in $(($(date +%s) - begin)) s: $OUT/report/report.html"
