package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.ImageSearch;
import unitcell.crystal.Lattice;

/**
 * From CIF text to crystals: finds the blocks that hold a structure, reads cell, symmetry and sites, expands the sites
 * and checks the result. Everything noticed is reported, not only the first error.
 */
public final class CifStructures {
    private CifStructures() {}

    /**
     * What became of one block.
     *
     * @param block its name
     * @param line its line in the file
     * @param crystal the structure, or empty if an error is among the findings; its id is the block's name
     * @param composition its atoms, also where the errors concern cell or coordinates alone and plausibility was not
     *     required
     * @param findings errors first
     */
    public record Outcome(
            String block,
            int line,
            Optional<Crystal> crystal,
            Optional<Composition> composition,
            List<Finding> findings) {
        /** The first error. */
        public Finding reason() {
            return findings.get(0);
        }
    }

    /**
     * Reads all plausible structures of a CIF text.
     *
     * @see #read(String, String, int, Plausibility)
     */
    public static List<Outcome> read(String text, String file, int firstLine) {
        return read(text, file, firstLine, Plausibility.REQUIRED);
    }

    /**
     * Reads all structures of a CIF text.
     *
     * @param text without byte order mark
     * @param file name for messages
     * @param firstLine line number of the text's first line, 1 unless the text is a field of a larger file
     * @param plausibility whether an implausible one is refused
     * @return one outcome for each block with fractional coordinates, at least one
     * @throws InputException if the text is not CIF or holds no structure
     */
    public static List<Outcome> read(String text, String file, int firstLine, Plausibility plausibility) {
        if (text.isBlank()) {
            throw InputException.of(Finding.Kind.EMPTY, new Location(file, firstLine, 1), "CIF is empty");
        }
        List<CifBlock> blocks = CifParser.parse(text, file, firstLine);
        List<Outcome> outcomes = new ArrayList<>();
        for (CifBlock block : blocks) {
            if (CifSites.present(block)) {
                outcomes.add(read(block, file, plausibility));
            }
        }
        if (outcomes.isEmpty()) {
            boolean cartesian = blocks.stream()
                    .anyMatch(b -> !b.column("_atom_site_cartn_x").isEmpty());
            throw InputException.of(
                    Finding.Kind.NO_STRUCTURE,
                    new Location(file, firstLine, 0),
                    blocks.size() + " data block(s) without fractional coordinates (_atom_site_fract_x, _y, _z)"
                            + (cartesian ? "; Cartesian ones (macromolecular CIF) are not read" : ""));
        }
        return outcomes;
    }

    /**
     * Reads the only structure of a CIF text.
     *
     * @throws InputException if it is refused, or if there is more than one
     */
    public static Crystal readOne(String text, String file) {
        List<Outcome> outcomes = read(text, file, 1);
        if (outcomes.size() > 1) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    new Location(file, outcomes.get(1).line(), 0),
                    "found " + outcomes.size() + " structures, expected one");
        }
        Outcome outcome = outcomes.get(0);
        return outcome.crystal().orElseThrow(() -> new InputException(outcome.reason()));
    }

    private static Outcome read(CifBlock block, String file, Plausibility plausibility) {
        Findings findings = new Findings(file, plausibility);
        for (int[] place : block.emptyLoops()) {
            findings.add(
                    Finding.Kind.EMPTY_LOOP, new Location(file, place[0], place[1]), "loop has tags but no values");
        }
        Optional<Lattice> lattice = CifCell.read(block, findings);
        List<SymmetryOperation> operations = CifSymmetry.read(block, findings);
        List<CifSites.Site> sites = CifSites.read(block, findings);
        Optional<Crystal> crystal = Optional.empty();
        Optional<Composition> composition = Optional.empty();
        if (findings.hasError()) {
            composition = atomsOfSpoiltGeometry(operations, sites, findings);
        } else {
            SiteExpansion.Atoms atoms = new SiteExpansion(operations, findings).expand(sites);
            if (!findings.hasError()) {
                Crystal built = new Crystal(block.name(), lattice.orElseThrow(), atoms.species(), atoms.frac());
                if (plausibility == Plausibility.REQUIRED) {
                    checkDistances(built, new Location(file, block.line(), 0), findings);
                }
                checkFormula(block, built, findings);
                crystal = Optional.of(built);
                composition = Optional.of(built.composition());
            }
        }
        return new Outcome(block.name(), block.line(), crystal, composition, findings.list());
    }

    private static Optional<Composition> atomsOfSpoiltGeometry(
            List<SymmetryOperation> operations, List<CifSites.Site> sites, Findings findings) {
        boolean known =
                sites.stream().flatMapToDouble(s -> Arrays.stream(s.frac())).allMatch(Double::isFinite);
        // How many images a site has is told by its coordinates.
        if (!findings.mayTellAtoms() || !(known || operations.size() <= 1)) {
            return Optional.empty();
        }
        SiteExpansion.Atoms atoms = new SiteExpansion(operations, findings).expand(sites);
        return findings.mayTellAtoms() ? Optional.of(Composition.ofSpecies(atoms.species())) : Optional.empty();
    }

    /** Warns of the first pair of atoms closer than {@link InputLimits#MIN_DISTANCE}. */
    static void checkDistances(Crystal crystal, Location where, Findings findings) {
        ImageSearch search = new ImageSearch(crystal.lattice());
        for (int i = 0; i < crystal.size(); i++) {
            for (int j = i + 1; j < crystal.size(); j++) {
                double distance = search.nearest(
                        crystal.frac(j, 0) - crystal.frac(i, 0),
                        crystal.frac(j, 1) - crystal.frac(i, 1),
                        crystal.frac(j, 2) - crystal.frac(i, 2),
                        InputLimits.MIN_DISTANCE);
                if (distance < InputLimits.MIN_DISTANCE) {
                    findings.add(
                            Finding.Kind.ATOMS_TOO_CLOSE,
                            where,
                            String.format(
                                    java.util.Locale.ROOT,
                                    "atoms %d and %d are %.3f angstrom apart, expected at least %s",
                                    i,
                                    j,
                                    distance,
                                    InputLimits.MIN_DISTANCE));
                    return;
                }
            }
        }
    }

    private static void checkFormula(CifBlock block, Crystal crystal, Findings findings) {
        Optional<CifValue> declared = block.value("_chemical_formula_sum");
        if (declared.isEmpty()) {
            return;
        }
        double[] expected;
        try {
            expected = Composition.parseAmounts(declared.get().text());
        } catch (IllegalArgumentException e) {
            findings.add(Finding.Kind.FORMULA_MISMATCH, declared.get(), "declared " + e.getMessage());
            return;
        }
        Composition found = crystal.composition();
        double total = Arrays.stream(expected).sum();
        for (int z = 1; z < expected.length && found.count(0) == 0; z++) {
            // Declared formulas are rounded; 1 % of all atoms is more than rounding.
            if (Math.abs(expected[z] / total - (double) found.count(z) / found.atoms()) > 0.01) {
                findings.add(
                        Finding.Kind.FORMULA_MISMATCH,
                        declared.get(),
                        "_chemical_formula_sum says '"
                                + Findings.show(declared.get().text()) + "' but the sites give "
                                + found.reducedFormula());
                return;
            }
        }
    }
}
