package unitcell.trainer.finetune;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Task;

/**
 * {@code predictions.csv}: a row for each crystal that tests and each fit. Columns {@code id,init,seed,fold,split,system},
 * then {@code true,predicted} for a number; {@code true,predicted,probability} for classes, 0 or 1 and the probability of
 * 1; {@code true_0,...,predicted_0,...} for several numbers and for spectra. Numbers are in the unit of the labels, with
 * all their digits.
 */
final class PredictionTable {
    private PredictionTable() {}

    static void write(Path file, LabelledCrystals data, List<FitResult> fits) throws IOException {
        AtomicFiles.replace(file, place -> {
            try (CsvWriter csv = CsvWriter.builder().build(place)) {
                csv.writeRecord(header(data.task()));
                for (FitResult fit : fits) {
                    for (int i = 0; i < fit.rows().length; i++) {
                        csv.writeRecord(record(data, fit, i));
                    }
                }
            }
        });
    }

    private static List<String> header(Task task) {
        List<String> header = new ArrayList<>(List.of("id", "init", "seed", "fold", "split", "system"));
        if (task.kind() == Task.Kind.CLASSIFICATION) {
            header.addAll(List.of("true", "predicted", "probability"));
        } else if (task.width() == 1) {
            header.addAll(List.of("true", "predicted"));
        } else {
            for (String column : List.of("true_", "predicted_")) {
                for (int t = 0; t < task.width(); t++) {
                    header.add(column + t);
                }
            }
        }
        return header;
    }

    private static List<String> record(LabelledCrystals data, FitResult fit, int i) {
        int row = fit.rows()[i];
        List<String> record = new ArrayList<>(List.of(
                data.crystals().id(row),
                fit.name().init().slug(),
                Long.toString(fit.name().seed()),
                Integer.toString(fit.name().fold()),
                "test",
                data.system(row).map(CrystalSystem::slug).orElse("")));
        double[] predicted = fit.predicted()[i];
        if (data.task().kind() == Task.Kind.CLASSIFICATION) {
            record.add(Integer.toString((int) data.labels()[row][0]));
            record.add(predicted[0] >= 0.5 ? "1" : "0");
            record.add(Double.toString(predicted[0]));
        } else {
            for (double[] numbers : new double[][] {data.labels()[row], predicted}) {
                for (double number : numbers) {
                    record.add(Double.toString(number));
                }
            }
        }
        return record;
    }
}
