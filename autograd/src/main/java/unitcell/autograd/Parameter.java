package unitcell.autograd;

import java.util.Arrays;

/**
 * Name, shape and treatment of one parameter.
 *
 * @param name dotted path, as EquiformerV2's state_dict has it
 * @param shape dimensions
 * @param decays whether weight decay applies
 */
public record Parameter(String name, long[] shape, boolean decays) {
    public Parameter {
        shape = shape.clone();
    }

    /** Number of elements. */
    public long size() {
        return unitcell.engine.Tensor.sizeOf(shape);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
