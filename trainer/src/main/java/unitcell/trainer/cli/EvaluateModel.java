package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.eval.EvaluatedReconstruction;
import unitcell.trainer.eval.ReconstructionEvaluation;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** The part of {@code evaluate} that a checkpoint asks for: spoil crystals, complete them, compare. */
final class EvaluateModel {
    static final CommandOption<Path> CHECKPOINT = SharedOptions.CHECKPOINT.explained(
            "spoil the crystals, complete them with this model (a checkpoint's folder, or a run's for its best one) and"
                    + " compare");
    private static final CommandOption<List<MaskType>> MASKS = CommandOption.of(
                    "mask-type",
                    ValueType.choice(masks()).list(),
                    "with --checkpoint: what to hide, random sites or all sites of a random species")
            .byDefault("random,species");
    private static final CommandOption<List<Double>> NOISE = CommandOption.of(
                    "noise",
                    ValueType.number(0, 10).list(),
                    "with --checkpoint: standard deviations of displacements, in shortest distances")
            .byDefault("0.1,0.2");
    private static final CommandOption<Double> RATIO = CommandOption.of(
                    "mask-ratio",
                    ValueType.number(0, 1),
                    "with --checkpoint: share of a crystal's sites that a random mask hides")
            .byDefault("0.15");

    /** Options that mean nothing without {@link #CHECKPOINT}. */
    static final List<CommandOption<?>> OPTIONS =
            List.of(MASKS, NOISE, RATIO, SharedOptions.SEED, SharedOptions.DEVICE);

    private EvaluateModel() {}

    private static Map<String, MaskType> masks() {
        Map<String, MaskType> masks = new LinkedHashMap<>();
        for (MaskType mask : List.of(MaskType.RANDOM, MaskType.SPECIES)) {
            masks.put(mask.slug(), mask);
        }
        return masks;
    }

    /**
     * Evaluates and reports.
     *
     * @param details file for one row for each trial
     * @param skipped hears of each crystal that cannot be used, one line
     * @return how the program ends
     */
    static ExitCode run(
            Arguments arguments,
            Console console,
            CrystalSource source,
            OxidationStates set,
            Optional<Path> details,
            Consumer<String> skipped)
            throws IOException {
        TreeSet<Condition> conditions = new TreeSet<>();
        for (double noise : arguments.get(NOISE)) {
            arguments.get(MASKS).forEach(mask -> conditions.add(new Condition(mask, noise)));
        }
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device();
                TrainedModel model =
                        TrainedModel.open(arguments.find(CHECKPOINT).orElseThrow(), device, console::warn);
                StopSignal stop = StopSignal.install(
                        "stopping after the crystals in hand; a second signal stops at once", console::warn)) {
            console.line(model.line());
            EvaluatedReconstruction result = new ReconstructionEvaluation(
                            model,
                            ValidityRules.of(set),
                            arguments.get(RATIO),
                            arguments.get(SharedOptions.SEED),
                            arguments.get(SharedOptions.STRICT),
                            skipped,
                            details,
                            stop::requested)
                    .run(source, new ArrayList<>(conditions), ProgressOutput.on(console.err()));
            boolean stopped = stop.requested();
            report(console, set, result, stopped);
            Optional<Path> json = arguments.find(SharedOptions.JSON);
            if (json.isPresent()) {
                AtomicFiles.replace(
                        json.get(), json(arguments, set, model, result, stopped).pretty());
            }
            return stopped ? ExitCode.STOPPED : ExitCode.OK;
        }
    }

    private static void report(Console console, OxidationStates set, EvaluatedReconstruction result, boolean stopped) {
        console.table(ReconstructionScore.HEADER, result.score().table());
        console.line("most frequent species: " + result.baseline());
        console.line("");
        console.table(EvaluatedReconstruction.VALIDITY_HEADER, result.validityTable());
        console.print(
                "%s%d crystals, %d skipped; oxidation states %s",
                stopped ? "stopped, not all trials done: " : "", result.crystals(), result.skipped(), set.slug());
    }

    private static JsonObject json(
            Arguments arguments,
            OxidationStates set,
            TrainedModel model,
            EvaluatedReconstruction result,
            boolean stopped) {
        return JsonObject.builder()
                .put("stopped", stopped)
                .put("model", model.toJson())
                .put("mask_ratio", arguments.get(RATIO))
                .put("seed", arguments.get(SharedOptions.SEED))
                .put("oxidation", set.slug())
                .put("result", result.toJson())
                .build();
    }
}
