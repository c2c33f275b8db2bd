package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Rows of a table as features of l=0.
 *
 * <p>Memory convention: the backward pass adds rows to the table in the order of the nodes; each task has {@value #COLUMNS}
 * columns of all rows to itself.
 */
final class VectorEmbedding {
    private static final int NODES_PER_TASK = 16;
    private static final int COLUMNS = 32;

    private VectorEmbedding() {}

    static void forward(Workers workers, Tensor table, Tensor index, Tensor x) {
        Shapes shapes = Shapes.of("embedding", "table", table, ANY, ANY).indices("index", index, ANY);
        int channels = (int) table.dim(1);
        shapes.tensor("x", x, index.dim(0), ANY, channels).that(x.dim(1) >= 1, "x", x, "a coefficient l=0");
        int rest = Math.toIntExact((x.dim(1) - 1) * channels);
        long rows = VectorSegmentIndex.values("embedding", "index", index, index.dim(0), table.dim(0));
        long from = Args.floats("table", table, table.size());
        long to = Args.floats("x", x, x.size());
        workers.range(index.dim(0), NODES_PER_TASK, (first, last, scratch) -> {
            for (long n = first; n < last; n++) {
                long node = to + 4 * n * (channels + rest);
                Elementwise.scale(1, from + 4L * channels * Lanes.intAt(rows, n), node, false, channels);
                Elementwise.fill(node + 4L * channels, 0, rest);
            }
        });
    }

    static void backward(Workers workers, Tensor dx, Tensor index, Sink dtable) {
        Shapes.of("embeddingBackward", "dx", dx, ANY, ANY, ANY)
                .that(dx.dim(1) >= 1, "dx", dx, "a coefficient l=0")
                .indices("index", index, dx.dim(0))
                .sink("dtable", dtable, ANY, dx.dim(2));
        if (dtable == null) {
            return;
        }
        long channels = dx.dim(2);
        long nodes = dx.dim(0);
        long node = 4 * dx.dim(1) * channels;
        long tableRows = dtable.tensor().dim(0);
        long rows = VectorSegmentIndex.values("embeddingBackward", "index", index, nodes, tableRows);
        long g = Args.floats("dx", dx, dx.size());
        long to = Args.sink("dtable", dtable, tableRows * channels);
        workers.range(channels, COLUMNS, (first, last, scratch) -> {
            int count = (int) (last - first);
            for (long z = 0; !dtable.add() && z < tableRows; z++) {
                Elementwise.fill(to + 4 * (z * channels + first), 0, count);
            }
            for (long n = 0; n < nodes; n++) {
                long row = to + 4 * (Lanes.intAt(rows, n) * channels + first);
                Elementwise.scale(1, g + n * node + 4 * first, row, true, count);
            }
        });
    }
}
