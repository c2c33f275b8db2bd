package unitcell.trainer.finetune;

import java.util.Arrays;
import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.net.GraphBatch;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.GraphParts;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.LossBatch;

/**
 * Labelled crystals and the network that sees them. One loss: the task's.
 *
 * @param targets [B, T], in the network's units
 * @param whole number of crystals that the mean is taken over
 */
record PropertyBatch(PropertyNetwork network, Task task, GraphBatch graph, double[][] targets, int whole)
        implements LossBatch {
    @Override
    public PropertyBatch part(int from, int to) {
        return new PropertyBatch(
                network, task, GraphParts.of(graph, from, to), Arrays.copyOfRange(targets, from, to), whole);
    }

    @Override
    public List<Var> losses(Tape tape) {
        return List.of(TaskLoss.of(tape, task, network.forward(tape, graph), targets, whole));
    }
}
