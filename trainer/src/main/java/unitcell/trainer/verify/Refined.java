package unitcell.trainer.verify;

import java.util.List;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.Generator;
import unitcell.net.check.Deviation;
import unitcell.net.check.EquivarianceCheck;
import unitcell.net.check.EquivarianceCheck.Prediction;
import unitcell.net.check.GeneratorModel;

/**
 * A network on a grid so fine that its aliasing is gone. Aliasing falls exponentially with the number of points, so what a
 * step to a finer grid changes is, but for a small part, the error of the coarser of the two.
 *
 * <p>Memory convention: owns its generator until it is closed.
 *
 * @param resolution points along each axis
 * @param changes what the last refinement changed in each crystal: more than the error that is left
 */
record Refined(int resolution, Generator generator, GeneratorModel model, List<Deviation> changes)
        implements AutoCloseable {
    /** Grids that are tried until one changes nothing. */
    private static final int[] RESOLUTIONS = {16, 24, 32, 48, 64};

    /** When a finer grid counts as changing nothing, relative to the largest outputs. */
    private static final double NOTHING = EquivarianceCheck.FLOAT64 / 10;

    /**
     * Refines a network's grid until that changes nothing beyond what rounding may change, or the finest grid is reached.
     *
     * @param rounding what rounding may change in each crystal
     */
    static Refined of(
            Device oracle, Generator exact, NeighborRule rule, EquivarianceCheck check, List<Deviation> rounding) {
        List<Prediction> before = EquivarianceCheck.predict(new GeneratorModel(oracle, exact, rule), check.originals());
        Deviation nothing = EquivarianceCheck.magnitude(before).times(NOTHING);
        int own = Math.max(exact.config().gridResolution(), 2 * (exact.config().lmax() + 1));
        for (int k = 0; ; k++) {
            int resolution = RESOLUTIONS[k];
            boolean last = k == RESOLUTIONS.length - 1;
            if (resolution <= own && !last) {
                continue;
            }
            Generator fine = EquivarianceVerifier.copy(
                    oracle, DType.F64, EquivarianceNetwork.onGrid(exact.metadata(), resolution), exact);
            GeneratorModel model = new GeneratorModel(oracle, fine, rule);
            List<Prediction> found = EquivarianceCheck.predict(model, check.originals());
            List<Deviation> changes = EquivarianceCheck.deviations(found, check.originals(), before);
            if (last || areWithin(changes, rounding, nothing)) {
                return new Refined(resolution, fine, model, changes);
            }
            fine.close();
            before = found;
        }
    }

    private static boolean areWithin(List<Deviation> changes, List<Deviation> rounding, Deviation nothing) {
        for (int k = 0; k < changes.size(); k++) {
            if (!changes.get(k).isWithin(rounding.get(k).max(nothing))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        generator.close();
    }
}
