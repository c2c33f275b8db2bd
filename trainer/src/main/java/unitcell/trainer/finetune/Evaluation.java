package unitcell.trainer.finetune;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.PropertyNetwork;

/**
 * What a network says about crystals whose labels are known.
 *
 * @param loss the task's, over all of them
 * @param predicted [rows, T], in the unit of the labels
 */
record Evaluation(double loss, double[][] predicted) {
    /** Evaluates a network as it is, without dropout, on at least one row. */
    static Evaluation of(Device device, PropertyNetwork network, FitData data, int[] rows) {
        double loss = 0;
        double[][] predicted = new double[rows.length][];
        int at = 0;
        for (int[] part : data.inOrder(rows)) {
            PropertyBatch batch = data.batch(network, part, rows.length);
            try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
                Var outputs = network.forward(tape, batch.graph());
                loss += TaskLoss.of(tape, batch.task(), outputs, batch.targets(), batch.whole())
                        .value()
                        .item();
                for (double[] row :
                        FineTunedModel.decode(data.normaliser(), outputs.value().toDoubles())) {
                    predicted[at++] = row;
                }
            }
        }
        return new Evaluation(loss, predicted);
    }
}
