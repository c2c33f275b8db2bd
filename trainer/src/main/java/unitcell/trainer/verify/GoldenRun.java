package unitcell.trainer.verify;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.io.SafeTensorsFile;

/**
 * A tape with the inputs of one reference file on it, and the values recomputed so far.
 *
 * <p>Memory convention: closing it releases everything; results are Java arrays.
 */
final class GoldenRun implements AutoCloseable {
    private final Tape tape;
    private final SafeTensorsFile file;
    private final Map<String, double[]> results = new LinkedHashMap<>();
    private final Map<String, Var> inputs = new LinkedHashMap<>();
    private Var loss;

    GoldenRun(Device device, DType dtype, SafeTensorsFile file) {
        this.tape = new Tape(device, dtype, Tape.Mode.EVALUATE);
        this.file = file;
    }

    Tape tape() {
        return tape;
    }

    SafeTensorsFile file() {
        return file;
    }

    /** A tensor of the file as a variable whose gradient is wanted. */
    Var input(String name) throws IOException {
        Var v = Var.input(tape.of(file.doubles(name), file.shape(name)));
        inputs.put(name, v);
        return v;
    }

    /** The same under another name, as an independent variable. */
    Var input(String name, String as) throws IOException {
        Var v = Var.input(tape.of(file.doubles(name), file.shape(name)));
        inputs.put(as, v);
        return v;
    }

    /** A variable holding a rearrangement of a tensor of the file. */
    Var input(String name, double[] values, long... shape) throws IOException {
        Var v = Var.input(tape.of(values, shape.length == 0 ? file.shape(name) : shape));
        inputs.put(name, v);
        return v;
    }

    /** A weight {@code w.name}; its gradient is compared with {@code gw.name}. */
    Var weight(String name) throws IOException {
        return input("w." + name);
    }

    Tensor constant(double[] values, long... shape) {
        return tape.of(values, shape);
    }

    /** Adds sum(coefficients * result) to the loss. */
    void addLoss(Var result, double[] coefficients) {
        Var c = Var.constant(tape.of(coefficients, result.value().shape()));
        Var term = LossOps.sum(tape, PointwiseOps.multiply(tape, result, c));
        loss = loss == null ? term : PointwiseOps.add(tape, loss, term);
    }

    void backward() {
        tape.backward(loss);
    }

    /** Notes a value under the name of its reference. */
    void put(String name, double[] values) {
        results.put(name, values);
    }

    void put(String name, Var v) {
        put(name, v.value().toDoubles());
    }

    double[] gradient(String input) {
        Var v = inputs.get(input);
        return v.grad() == null ? new double[(int) v.value().size()] : v.grad().toDoubles();
    }

    /** Notes the gradients of all weights. */
    void putWeightGradients() {
        for (String name : inputs.keySet()) {
            if (name.startsWith("w.")) {
                put("g" + name, gradient(name));
            }
        }
    }

    Map<String, double[]> results() {
        return results;
    }

    @Override
    public void close() {
        tape.close();
    }
}
