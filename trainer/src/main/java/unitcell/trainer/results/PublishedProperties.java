package unitcell.trainer.results;

import java.util.List;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Task;
import unitcell.trainer.report.ReportTable;

/**
 * Errors that the literature reports for like quantities on other data, so that a reader knows what is good.
 *
 * <p>Matbench: its leaderboards of January 2024 (A. Dunn et al., npj Comput. Mater. 6, 138, 2020). Phonon density of
 * states: table 1 of S. Kong et al., Nat. Commun. 13, 949 (2022). Matbench Discovery: its model records of July 2026.
 * Fermi energy: T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018).
 */
final class PublishedProperties {
    /**
     * A published value.
     *
     * @param about a word that names tasks it is to be read beside
     * @param model who
     * @param measure what, with its unit
     * @param value as printed
     * @param data on which
     */
    record Reference(String about, String model, String measure, String value, String data) {}

    private static final String MODULI = "matbench, 10,987 crystals of the Materials Project, 5 folds";
    private static final String PHONONS = "phonon DOS of 1,522 crystals, split of Chen et al. 2021";
    private static final String HULL = "matbench-discovery, stable within the hull";

    private static final List<Reference> ALL = List.of(
            new Reference("bulk", "coNGN", "MAE, log10(GPa)", "0.0491", MODULI),
            new Reference("bulk", "ALIGNN", "MAE, log10(GPa)", "0.0568", MODULI),
            new Reference("bulk", "CGCNN", "MAE, log10(GPa)", "0.0712", MODULI),
            new Reference("bulk", "dummy", "MAE, log10(GPa)", "0.2897", MODULI),
            new Reference("shear", "coNGN", "MAE, log10(GPa)", "0.0670", MODULI),
            new Reference("shear", "ALIGNN", "MAE, log10(GPa)", "0.0715", MODULI),
            new Reference("shear", "CGCNN", "MAE, log10(GPa)", "0.0895", MODULI),
            new Reference("shear", "dummy", "MAE, log10(GPa)", "0.2931", MODULI),
            new Reference("fermi", "CGCNN", "MAE, eV", "0.363", "46,000 crystals of the Materials Project"),
            new Reference("phonon", "Mat2Spec", "MAE, largest value 1", "0.086", PHONONS),
            new Reference("phonon", "Mat2Spec", "R\u00b2, largest value 1", "0.63", PHONONS),
            new Reference("phonon", "e3nn", "MAE, largest value 1", "0.094", PHONONS),
            new Reference("phonon", "GATGNN", "MAE, largest value 1", "0.105", PHONONS),
            new Reference("stability", "eqV2-S-DeNS-MP", "accuracy", "0.926", HULL),
            new Reference("stability", "eqV2-S-DeNS-MP", "F1", "0.798", HULL),
            new Reference("stability", "EqV3+DeNS-MP", "accuracy", "0.946", HULL),
            new Reference("stability", "EqV3+DeNS-MP", "F1", "0.848", HULL));

    private PublishedProperties() {}

    /** What is published about quantities like those of some tasks. */
    static List<Reference> beside(List<Task> tasks) {
        return ALL.stream()
                .filter(r -> tasks.stream().anyMatch(t -> t.name().contains(r.about())))
                .toList();
    }

    static ReportTable table(List<Reference> references) {
        ReportTable table = new ReportTable(
                "For comparison only: published values on other data, with other splits and often far larger networks"
                        + " and training sets",
                "quantity",
                "model",
                "measure",
                "value",
                "data");
        references.forEach(r -> table.row(r.about(), r.model(), r.measure(), r.value(), r.data()));
        return table;
    }

    static JsonArray toJson(List<Reference> references) {
        return JsonArray.of(references.stream()
                .map(r -> JsonObject.builder()
                        .put("about", r.about())
                        .put("model", r.model())
                        .put("measure", r.measure())
                        .put("value", r.value())
                        .put("data", r.data())
                        .build())
                .toList());
    }
}
