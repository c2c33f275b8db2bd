package unitcell.crystal.match;

import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.match.Comparison.Different;
import unitcell.crystal.match.Comparison.Matched;
import unitcell.crystal.match.Comparison.Reason;

/** The search over corresponding cells and translations for one pair of crystals with the same atoms. */
final class PairSearch {
    /** What makes a correspondence good. */
    enum Goal {
        /** The smallest rms displacement of all correspondences counts; it must be within the tolerance. */
        SMALLEST_RMS,
        /** Any correspondence counts in which no displacement exceeds the tolerance; the first found ends the search. */
        ANY_WITHIN
    }

    // No correspondence is better than one with this rms displacement, in units of (V / N)^(1/3).
    private static final double PERFECT = 1e-5;

    private final Crystal first;
    private final Crystal second;
    private final MatchTolerance tolerance;
    private final WorkBudget budget = new WorkBudget(StructureMatcher.MAX_STEPS);

    PairSearch(Crystal first, Crystal second, MatchTolerance tolerance) {
        double ratio = Math.pow(second.lattice().volume() / first.lattice().volume(), 1.0 / 6);
        this.first = scaled(first, ratio);
        this.second = scaled(second, 1 / ratio);
        this.tolerance = tolerance;
    }

    private static Crystal scaled(Crystal crystal, double factor) {
        double[] rows = crystal.lattice().matrix();
        for (int k = 0; k < 9; k++) {
            rows[k] *= factor;
        }
        return crystal.withLattice(Lattice.ofRows(rows));
    }

    /** @throws WorkBudget.Exceeded if the bound is reached */
    Comparison run(Goal goal) {
        int[] mappings = LatticeMappings.find(first.lattice(), second.lattice(), tolerance, budget);
        if (mappings.length == 0) {
            return new Different(Reason.LATTICE);
        }
        SitePairing pairing = new SitePairing(first, second);
        Match best = null;
        for (int at = 0; at < mappings.length; at += 9) {
            Overlay overlay = new Overlay(first, second, pairing, mappings, at, tolerance.site(), budget);
            for (int partner : pairing.partners()) {
                Match match = overlay.isNear(partner) ? measure(overlay, partner) : null;
                if (match != null && value(match, goal) < (best == null ? tolerance.site() : value(best, goal))) {
                    best = match;
                    if (goal == Goal.ANY_WITHIN || value(best, goal) < PERFECT) {
                        return new Matched(best);
                    }
                }
            }
        }
        return best == null ? new Different(Reason.POSITIONS) : new Matched(best);
    }

    private Match measure(Overlay overlay, int partner) {
        Displacements d = overlay.place(partner);
        return d.isComplete()
                ? new Match(d.rms() / overlay.unit(), d.max() / overlay.unit(), overlay.unit(), first.size())
                : null;
    }

    private static double value(Match match, Goal goal) {
        return goal == Goal.SMALLEST_RMS ? match.rms() : match.maxDistance();
    }
}
