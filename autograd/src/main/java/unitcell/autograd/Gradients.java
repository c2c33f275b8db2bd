package unitcell.autograd;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Sink;

/** What a {@link Backward} sees of a running backward pass. */
public final class Gradients {
    private final Tape tape;

    Gradients(Tape tape) {
        this.tape = tape;
    }

    /**
     * Where the gradient of an input goes: null if none is wanted, overwriting for the first contribution, adding for
     * every later one. Each call must be followed by exactly one kernel that fills it.
     */
    public Sink of(Var input) {
        if (input == null || !input.requiresGrad()) {
            return null;
        }
        if (input.grad() != null) {
            return Sink.add(input.grad());
        }
        input.setGrad(tape.allocateGradient(input));
        return Sink.write(input.grad());
    }

    /** Columns of the gradient of a [rows, width] input, to be added to; null if none is wanted. */
    public Columns columns(Var input, int from, int count) {
        if (input == null || !input.requiresGrad()) {
            return null;
        }
        return new Columns(added(input), from, count);
    }

    /** The gradient tensor of an input, zeroed if this is the first contribution; to be added to. */
    public Tensor added(Var input) {
        if (input.grad() == null) {
            input.setGrad(tape.allocateGradient(input).zero());
        }
        return input.grad();
    }

    /** The gradient of a result, zeros if none arrived (an operation with several results, of which one was used). */
    public Tensor ofResult(Var result) {
        return added(result);
    }

    /** Scratch that lives until the tape closes or {@link Tape#free}. */
    public Tape tape() {
        return tape;
    }
}
