"""Makes pairs of crystal structures and writes what pymatgen's StructureMatcher says about them.

The answers are the test data of unitcell.crystal.match (model/src/test/resources/unitcell/crystal/match/
structure-pairs.jsonl.gz), written by

    python3 model/src/test/python/structure_pairs.py --seed 1 --pairs 480 --out FILE.jsonl.gz TABLE.csv.gz ...

with Python 3.11, pymatgen 2022.11.7 and numpy 1.24 (Debian 12: python3-pymatgen). The tables are CSV files with the
columns material_id, pretty_formula and cif (Materials Project structures, CC-BY-4.0). One JSON object a line:

    kind   how the second structure was made from the first
    a, b   the structures: l lattice vectors [3, 3] in angstrom, z atomic numbers [N], f fractional coordinates [N, 3];
           rounded to six and five decimals BEFORE pymatgen saw them
    fit    StructureMatcher.fit(a, b)
    rms    StructureMatcher.get_rms_dist(a, b)[0], null where that is None
    max    StructureMatcher.get_rms_dist(a, b)[1], null likewise
    other  only where pymatgen contradicts itself: different answers [fit, rms, max] for the same two structures turned
           in space. Its reduced cell is the first of several nearly equal ones in an order that depends on the
           orientation; which atoms may correspond, and whether atoms shifted by about 0.25 angstrom still count as
           periodic, depends on the cell.
"""
import argparse
import csv
import gzip
import json
import random
import sys
import warnings
from collections import defaultdict

import numpy as np
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure

MATCHER = StructureMatcher(stol=0.5, ltol=0.3, angle_tol=10, primitive_cell=True, scale=True, attempt_supercell=False)
MAX_ATOMS = 20
MAX_SUPERCELL = 48
ORIENTATIONS = 8


def read(paths, limit, rng):
    """Structures of at most MAX_ATOMS atoms, a random choice of the rows of each table."""
    rows = []
    for path in paths:
        with gzip.open(path, "rt", newline="") as f:
            rows.extend(r for r in csv.DictReader(f) if int(r.get("nsites") or 1) <= MAX_ATOMS)
    rng.shuffle(rows)
    by_formula = defaultdict(list)
    for row in rows:
        by_formula[row["pretty_formula"]].append(row)
    return rows[:limit], by_formula


def parse(row):
    return Structure.from_str(row["cif"], fmt="cif")


def rounded(s):
    """The structure as it is written, which is also what the matcher gets to see."""
    return Structure(
        Lattice(np.round(s.lattice.matrix, 6) + 0.0),
        [site.specie.Z for site in s],
        np.round(s.frac_coords, 5) + 0.0,
    )


def facts(s):
    return {
        "l": [float(x) for x in s.lattice.matrix.ravel()],
        "z": [site.specie.Z for site in s],
        "f": [float(x) for x in s.frac_coords.ravel()],
    }


class Maker:
    """Ways to make a second structure from a first."""

    def __init__(self, rng, rows, by_formula):
        self.rng = rng
        self.np = np.random.default_rng(rng.randrange(2**32))
        self.rows = rows
        self.by_formula = by_formula
        self.at = 0

    def next(self, low=1, high=MAX_ATOMS):
        while True:
            row = self.rows[self.at % len(self.rows)]
            self.at += 1
            s = parse(row)
            if low <= len(s) <= high and s.is_ordered and s.volume / len(s) < 60:
                return s

    # ---- descriptions of the same crystal

    def basis(self, s):
        m = np.eye(3, dtype=int)
        for _ in range(self.rng.randrange(1, 7)):
            i, j = self.rng.sample(range(3), 2)
            m[i] += self.rng.choice((-1, 1)) * m[j]
        return Structure(Lattice(m @ s.lattice.matrix), s.species, s.frac_coords @ np.linalg.inv(m))

    def rotation(self, s):
        """Turned at random, in half of the cases also inverted."""
        q, r = np.linalg.qr(self.np.normal(size=(3, 3)))
        q = q * np.sign(np.diag(r))
        if self.rng.random() < 0.5:
            q = -q
        return Structure(Lattice(s.lattice.matrix @ q), s.species, s.frac_coords)

    def permutation(self, s):
        order = list(range(len(s)))
        self.rng.shuffle(order)
        return Structure(s.lattice, [s.species[i] for i in order], s.frac_coords[order])

    def origin(self, s):
        return Structure(s.lattice, s.species, s.frac_coords + self.np.uniform(-1, 1, 3))

    def volume(self, s):
        return Structure(Lattice(s.lattice.matrix * self.rng.uniform(0.7, 1.5)), s.species, s.frac_coords)

    def described_anew(self, s, chance=0.5):
        for way in (self.basis, self.rotation, self.permutation, self.origin, self.volume):
            if self.rng.random() < chance:
                s = way(s)
        return s

    # ---- other crystals

    def perturbed(self, s, unit_fraction):
        """Every atom displaced by a normal distribution whose rms length is that fraction of (V / N)^(1/3)."""
        unit = (s.volume / len(s)) ** (1 / 3)
        step = self.np.normal(size=(len(s), 3)) * unit * unit_fraction / 3**0.5
        return Structure(s.lattice, s.species, s.cart_coords + step, coords_are_cartesian=True)

    def jittered(self, s, angstrom):
        step = self.np.uniform(-angstrom, angstrom, size=(len(s), 3))
        return Structure(s.lattice, s.species, s.cart_coords + step, coords_are_cartesian=True)

    def strained(self, s, size):
        """A random strain; size 0.3 changes lengths by up to about 30 %."""
        e = self.np.uniform(-size, size, size=(3, 3))
        return Structure(Lattice(s.lattice.matrix @ (np.eye(3) + (e + e.T) / 2)), s.species, s.frac_coords)

    def supercell(self, s):
        most = max(1, MAX_SUPERCELL // len(s))
        while True:
            if self.rng.random() < 0.6:
                m = np.diag([self.rng.choice((1, 1, 2, 2, 3, 4)) for _ in range(3)])
            else:
                m = self.np.integers(-2, 3, size=(3, 3))
            det = round(abs(np.linalg.det(m)))
            if (2 <= det <= most) or (most == 1 and det == 1):
                big = s.copy()
                big.make_supercell(m)
                return Structure(big.lattice, big.species, big.frac_coords)

    def exchanged(self, s):
        species = list(s.species)
        kinds = sorted(set(species))
        if len(kinds) < 2:
            return None
        p, q = self.rng.sample(kinds, 2)
        i = self.rng.choice([k for k, x in enumerate(species) if x == p])
        j = self.rng.choice([k for k, x in enumerate(species) if x == q])
        species[i], species[j] = species[j], species[i]
        return Structure(s.lattice, species, s.frac_coords)

    def relabelled(self, s):
        """Two species take each other's sites throughout: the same composition if they are equally many."""
        kinds = sorted(set(s.species))
        if len(kinds) < 2:
            return None
        p, q = self.rng.sample(kinds, 2)
        swap = {p: q, q: p}
        return Structure(s.lattice, [swap.get(x, x) for x in s.species], s.frac_coords)

    def substituted(self, s):
        kinds = sorted(set(s.species))
        out = self.rng.choice(kinds)
        new = self.rng.choice([x for x in ("Li", "Fe", "O", "Se", "Au", "Tb") if x not in map(str, kinds)])
        return Structure(s.lattice, [new if x == out else x for x in s.species], s.frac_coords)

    def one_moved(self, s):
        unit = (s.volume / len(s)) ** (1 / 3)
        cart = s.cart_coords.copy()
        d = self.np.normal(size=3)
        cart[self.rng.randrange(len(s))] += d / np.linalg.norm(d) * unit * self.rng.uniform(0.3, 1.2)
        return Structure(s.lattice, s.species, cart, coords_are_cartesian=True)

    def one_removed(self, s):
        if len(s) < 2:
            return None
        k = self.rng.randrange(len(s))
        keep = [i for i in range(len(s)) if i != k]
        return Structure(s.lattice, [s.species[i] for i in keep], s.frac_coords[keep])

    def scrambled(self, s):
        """The same atoms and lattice, positions at random."""
        return Structure(s.lattice, s.species, self.np.uniform(0, 1, size=(len(s), 3)))

    def polymorph(self):
        while True:
            row = self.rows[self.at % len(self.rows)]
            self.at += 1
            others = [r for r in self.by_formula[row["pretty_formula"]] if r["material_id"] != row["material_id"]]
            if others:
                return parse(row), parse(self.rng.choice(others))


def kinds(m):
    """Name of a kind, how often it is made, and how."""

    def derived(change, low=1, high=MAX_ATOMS):
        def make():
            a = m.next(low, high)
            b = change(a)
            return None if b is None else (a, m.described_anew(b))

        return make

    r = m.rng
    return [
        ("same", 3, derived(lambda s: m.described_anew(s, 1))),
        ("basis", 2, lambda: (lambda a: (a, m.basis(a)))(m.next())),
        ("perturbed", 5, derived(lambda s: m.perturbed(s, r.uniform(0.01, 0.25)))),
        ("perturbed-edge", 6, derived(lambda s: m.perturbed(s, r.uniform(0.25, 0.75)))),
        ("supercell", 3, derived(m.supercell)),
        ("supercell-perturbed", 5, derived(lambda s: m.jittered(m.supercell(s), r.choice((0.02, 0.05, 0.1, 0.2))))),
        ("supercell-edge", 3, derived(lambda s: m.jittered(m.supercell(s), r.uniform(0.1, 0.35)))),
        ("strained", 4, derived(lambda s: m.strained(s, r.uniform(0.01, 0.15)))),
        ("strained-edge", 4, derived(lambda s: m.strained(s, r.uniform(0.15, 0.4)))),
        ("strained-perturbed", 4, derived(lambda s: m.perturbed(m.strained(s, r.uniform(0, 0.2)), r.uniform(0, 0.4)))),
        ("exchanged", 3, derived(m.exchanged)),
        ("relabelled", 2, derived(m.relabelled)),
        ("substituted", 1, derived(m.substituted)),
        ("one-moved", 4, derived(m.one_moved)),
        ("one-removed", 1, derived(m.one_removed)),
        ("scrambled", 3, derived(m.scrambled)),
        ("unrelated", 1, lambda: (m.next(), m.next())),
        ("polymorph", 5, lambda: m.polymorph()),
        ("single-atom", 2, derived(lambda s: m.strained(s, r.uniform(0.05, 0.4)), 1, 1)),
        ("few-atoms", 3, derived(lambda s: m.perturbed(m.strained(s, 0.1), r.uniform(0, 0.7)), 2, 4)),
        ("many-atoms", 3, derived(lambda s: m.perturbed(m.strained(s, 0.05), r.uniform(0, 0.6)), 18, 20)),
    ]


def answer(a, b):
    found = MATCHER.get_rms_dist(a, b)
    rms, largest = (None, None) if found is None else (round(float(x), 8) for x in found)
    return [bool(MATCHER.fit(a, b)), rms, largest]


def same(p, q):
    """Equal verdicts, numbers equal within 1e-4 or 1e-3 relative."""
    if p[0] != q[0] or (p[1] is None) != (q[1] is None):
        return False
    return p[1] is None or all(abs(x - y) <= max(1e-4, 1e-3 * x) for x, y in zip(p[1:], q[1:]))


def cells(a, b):
    """The cells that the matcher compares: lengths, angles and numbers of sites."""
    reduced = [StructureMatcher._get_reduced_structure(s) for s in (a, b)]
    return np.array([[*s.lattice.parameters, len(s)] for s in reduced])


def answers(maker, a, b):
    said = answer(a, b)
    other = []
    usual = cells(a, b)
    for _ in range(ORIENTATIONS):
        turned = maker.rotation(a), maker.rotation(b)
        if np.abs(cells(*turned) - usual).max() > 1e-7:
            now = answer(*turned)
            if not any(same(x, now) for x in [said] + other):
                other.append(now)
    record = dict(zip(("fit", "rms", "max"), said))
    return {**record, "other": other} if other else record


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("tables", nargs="+")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    rng = random.Random(args.seed)
    maker = Maker(rng, *read(args.tables, 20000, rng))
    table = kinds(maker)
    names = [k for k in table for _ in range(k[1])]
    lines, failed, unstable = [], 0, 0
    while len(lines) < args.pairs:
        name, _, make = names[len(lines) % len(names)]
        pair = make()
        if pair is None:
            continue
        a, b = (rounded(s) for s in pair)
        try:
            said = answers(maker, a, b)
        except ValueError as e:
            print(f"pymatgen gave no answer for a pair of kind {name}: {e}", file=sys.stderr)
            failed += 1
            continue
        unstable += "other" in said
        lines.append(json.dumps({"kind": name, "a": facts(a), "b": facts(b), **said}, separators=(",", ":")))
    # No time stamp in the header, so that the same seed gives the same file.
    with open(args.out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as f:
        f.write(("\n".join(lines) + "\n").encode())
    print(f"{len(lines)} pairs, {failed} without an answer, {unstable} with several", file=sys.stderr)


if __name__ == "__main__":
    main()
