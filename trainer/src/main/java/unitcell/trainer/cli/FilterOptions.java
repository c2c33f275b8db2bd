package unitcell.trainer.cli;

import java.util.List;
import unitcell.trainer.data.DataFilter;

/** Which crystals are fit for training. */
final class FilterOptions {
    private static final double MANY = Double.MAX_VALUE;

    private static final CommandOption<Double> MAX_VOLUME = CommandOption.of(
                    "max-volume-per-atom", ValueType.number(0.1, MANY), "largest volume per atom, A^3")
            .byDefault("60");
    private static final CommandOption<Double> MAX_EDGE = CommandOption.of(
                    "max-edge", ValueType.number(0.1, MANY), "longest lattice vector, A")
            .byDefault("30");
    private static final CommandOption<Double> MIN_DISTANCE = CommandOption.of(
                    "min-distance", ValueType.number(0, MANY), "shortest distance between atoms, A")
            .byDefault("0.5");
    private static final CommandOption<Integer> MAX_ATOMS = CommandOption.of(
                    "max-atoms", ValueType.integer(1, Integer.MAX_VALUE), "most atoms in a cell")
            .without("any number");

    /** All of them, in the order of help texts. */
    static final List<CommandOption<?>> ALL = List.of(MAX_VOLUME, MAX_EDGE, MIN_DISTANCE, MAX_ATOMS);

    private FilterOptions() {}

    static DataFilter filter(Arguments arguments) {
        return new DataFilter(
                arguments.get(MAX_VOLUME),
                arguments.get(MAX_EDGE),
                arguments.get(MIN_DISTANCE),
                arguments.find(MAX_ATOMS).orElse(Integer.MAX_VALUE));
    }
}
