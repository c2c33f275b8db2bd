package unitcell.trainer.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;
import unitcell.engine.profile.KernelTrace;
import unitcell.engine.profile.KernelTrace.Served;
import unitcell.engine.profile.Operation;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;
import unitcell.trainer.cases.KernelCase;
import unitcell.trainer.cases.KernelCases;
import unitcell.trainer.cases.KernelSizes;
import unitcell.trainer.cases.Workspace;
import unitcell.trainer.pretrain.SingleStep;

/**
 * What serves each operation of the kernel contract on a device, by observation: a training step of a network is watched,
 * then the operations that it did not use are called with arguments of the same sizes.
 *
 * @param step operations of the training step
 * @param others all other operations of the contract
 */
public record Explanation(List<Served> step, List<Served> others) {
    /** Parameters of the optimiser's kernels where the step used them not at all; any number shows what serves them. */
    private static final long PARAMETERS = 100_000;

    /**
     * Watches a device.
     *
     * @param batch the crystals as a graph, for the sizes of operations that the step does not use
     * @param seed of everything random
     */
    public static Explanation of(
            Device device,
            EquiformerV2Config config,
            List<Crystal> crystals,
            NeighborRule rule,
            GraphBatch batch,
            long seed) {
        try {
            KernelTrace step = new KernelTrace();
            SingleStep.run(step.attach(device), config, crystals, rule, seed);
            KernelTrace others = new KernelTrace();
            Device watched = others.attach(device);
            Set<Operation> used = new HashSet<>();
            step.served().forEach(served -> used.add(served.operation()));
            for (KernelCase kernel : KernelCases.of(new KernelSizes(config, batch, PARAMETERS))) {
                if (!used.contains(kernel.operation())) {
                    try (Workspace workspace = new Workspace(watched, DType.F32, seed, false, false)) {
                        kernel.setup().prepare(workspace).run().run();
                    }
                }
            }
            return new Explanation(step.served(), others.served());
        } finally {
            KernelTrace.detach(device);
        }
    }

    /** Operations of the contract that nothing was seen to serve: none, unless the cases miss one. */
    public List<Operation> unseen() {
        List<Operation> all = new ArrayList<>(Operation.contract());
        step.forEach(served -> all.remove(served.operation()));
        others.forEach(served -> all.remove(served.operation()));
        return all;
    }

    /** Kernel files that were launched from, by the form of them that the driver took and why. */
    public Map<String, Set<String>> images() {
        Map<String, Set<String>> images = new TreeMap<>();
        for (Launched launched : launched()) {
            if (launched instanceof Launched.Kernel kernel) {
                images.computeIfAbsent(kernel.image(), image -> new TreeSet<>()).add(kernel.file());
            }
        }
        return images;
    }

    /** Who multiplied matrices, one line each. */
    public Set<String> providers() {
        Set<String> providers = new TreeSet<>();
        for (Launched launched : launched()) {
            if (launched instanceof Launched.Product product) {
                providers.add(product.provider());
            }
        }
        return providers;
    }

    private List<Launched> launched() {
        return Stream.concat(step.stream(), others.stream())
                .flatMap(served -> served.started().stream())
                .map(KernelTrace.Started::largest)
                .toList();
    }

    /** A part of the explanation as people read it; a row for each kernel or provider that serves an operation. */
    public record Table(List<String> header, List<List<String>> rows) {
        /** Columns that tell of launches are left out where nothing was launched. */
        public static Table of(List<Served> part) {
            boolean launches =
                    part.stream().anyMatch(served -> !served.started().isEmpty());
            List<List<String>> rows = new ArrayList<>();
            for (Served served : part) {
                if (served.started().isEmpty()) {
                    rows.add(row(served, List.of("", "", "", "")));
                }
                for (int i = 0; i < served.started().size(); i++) {
                    rows.add(Explanation.row(
                            i == 0 ? served : null, served.started().get(i)));
                }
            }
            int columns = launches ? HEADER.size() : PLAIN_COLUMNS;
            return new Table(
                    HEADER.subList(0, columns),
                    rows.stream().map(row -> row.subList(0, columns)).toList());
        }

        private static List<String> row(Served served, List<String> rest) {
            List<String> row = new ArrayList<>(List.of(
                    served.operation().toString(), served.calls() + "", served.implementation(), served.kernels()));
            row.addAll(rest);
            return row;
        }
    }

    private static final List<String> HEADER = List.of(
            "operation",
            "calls",
            "served by",
            "from",
            "launches",
            "largest: blocks or m x k x n",
            "threads",
            "shared B");
    private static final int PLAIN_COLUMNS = 4;

    private static List<String> row(Served first, KernelTrace.Started started) {
        String operation = first == null ? "" : first.operation().toString();
        String calls = first == null ? "" : first.calls() + "";
        return switch (started.largest()) {
            case Launched.Kernel k ->
                List.of(
                        operation,
                        calls,
                        k.name(),
                        k.file(),
                        started.count() + "",
                        grid(k),
                        k.threads() + "",
                        k.sharedBytes() == 0 ? "" : k.sharedBytes() + "");
            case Launched.Product p ->
                List.of(
                        operation,
                        calls,
                        "matrix product",
                        "",
                        started.count() + "",
                        p.m() + " x " + p.k() + " x " + p.n() + (p.batch() == 1 ? "" : ", " + p.batch() + " times"),
                        "",
                        "");
        };
    }

    private static String grid(Launched.Kernel k) {
        String y = k.gridY() == 1 && k.gridZ() == 1 ? "" : " x " + k.gridY();
        return k.gridX() + y + (k.gridZ() == 1 ? "" : " x " + k.gridZ());
    }
}
