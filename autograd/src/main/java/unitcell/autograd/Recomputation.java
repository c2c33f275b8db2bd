package unitcell.autograd;

import unitcell.engine.Tensor;

/**
 * A part of a network that is computed in pieces, each giving some rows of the result, keeps none of its intermediate
 * values, and computes them again in the backward pass (T. Chen et al., "Training deep nets with sublinear memory cost",
 * arXiv 1604.06174): memory for one piece instead of all of them, for one more forward pass.
 *
 * <p>Memory convention: a piece runs on a tape of its own that closes before the next begins; the result and the gradients
 * of the inputs belong to the outer tape.
 */
public final class Recomputation {
    private Recomputation() {}

    /** One piece of the work. */
    public interface Piece {
        /** First row of the result that this piece gives. */
        long fromRow();

        /** The row after its last. */
        long toRow();

        /**
         * Computes the piece's rows.
         *
         * @param tape to compute on; dropout is off on it, so that both passes agree
         * @param inputs the inputs of the whole, which the piece may take parts of by {@link Recomputation#rows}
         */
        Var compute(Tape tape, Var[] inputs);
    }

    /**
     * Computes all pieces.
     *
     * @param shape of the whole result; pieces cover its rows, each once
     * @param tracked whether a gradient is wanted for anything that the pieces read beside {@code inputs}, as parameters
     * @param inputs variables that gradients flow to
     */
    public static Var run(
            Tape tape, String name, long[] shape, Iterable<? extends Piece> pieces, boolean tracked, Var... inputs) {
        Tensor out = tape.empty(shape);
        for (Piece piece : pieces) {
            try (Tape inner = new Tape(tape.device(), tape.dtype(), Tape.Mode.INFERENCE)) {
                Var rows = piece.compute(inner, constants(inputs));
                out.rows(piece.fromRow(), piece.toRow()).copyFrom(rows.value());
            }
        }
        boolean wanted = tape.mode() != Tape.Mode.INFERENCE && (tracked || tape.tracks(inputs));
        Var[] result = {Var.result(out, wanted, shape)};
        tape.record(name, result, g -> backward(g, pieces, result[0].grad(), inputs));
        return result[0];
    }

    private static Var[] constants(Var[] inputs) {
        Var[] out = new Var[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            out[i] = inputs[i] == null ? null : inputs[i].detach();
        }
        return out;
    }

    private static void backward(Gradients g, Iterable<? extends Piece> pieces, Tensor gradient, Var[] inputs) {
        Var[] leaves = constants(inputs);
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] != null && inputs[i].requiresGrad()) {
                leaves[i] = Var.parameter(inputs[i].value(), g.added(inputs[i]));
            }
        }
        Tape outer = g.tape();
        for (Piece piece : pieces) {
            try (Tape inner = new Tape(outer.device(), outer.dtype(), Tape.Mode.EVALUATE)) {
                Var rows = piece.compute(inner, leaves);
                if (rows.requiresGrad()) {
                    inner.backward(
                            rows,
                            gradient.rows(piece.fromRow(), piece.toRow())
                                    .reshape(rows.value().shape()));
                }
            }
        }
    }

    /** Rows of an input, whose gradient goes to the same rows of the input's gradient; null of null. */
    public static Var rows(Var input, long from, long to) {
        if (input == null) {
            return null;
        }
        Tensor value = input.value().rows(from, to);
        return input.requiresGrad() ? Var.parameter(value, input.grad().rows(from, to)) : Var.constant(value);
    }
}
