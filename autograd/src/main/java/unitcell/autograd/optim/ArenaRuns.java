package unitcell.autograd.optim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;

/** Cuts a store's arenas into few stretches of consecutive parameters that are treated alike. */
final class ArenaRuns {
    private ArenaRuns() {}

    /**
     * Parameters that are treated alike, and the gaps between them.
     *
     * @param from first element of the arena
     * @param to the element after the last
     * @param factor not 0
     * @param decays whether weight decay applies
     */
    record Run(long from, long to, double factor, boolean decays) {}

    /**
     * All runs of parameters that learn and whose factor is not 0, in the order of the arena.
     *
     * @throws IllegalArgumentException if a factor is negative or not finite
     */
    static List<Run> of(ParameterStore store, ToDoubleFunction<String> factors) {
        List<Parameter> ordered = new ArrayList<>(store.parameters());
        ordered.sort(Comparator.comparingLong(p -> store.offset(p.name())));
        Set<String> learning = store.trainable();
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < ordered.size(); i++) {
            Parameter p = ordered.get(i);
            double factor = factors.applyAsDouble(p.name());
            if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "the rate factor of " + p.name() + " is " + factor + "; expected 0 or a positive number");
            }
            if (factor == 0 || !learning.contains(p.name())) {
                continue;
            }
            long from = store.offset(p.name());
            long to = i + 1 < ordered.size()
                    ? store.offset(ordered.get(i + 1).name())
                    : store.values().size();
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && last.to == from && last.factor == factor && last.decays == p.decays()) {
                runs.set(runs.size() - 1, new Run(last.from, to, factor, last.decays));
            } else {
                runs.add(new Run(from, to, factor, p.decays()));
            }
        }
        return runs;
    }
}
