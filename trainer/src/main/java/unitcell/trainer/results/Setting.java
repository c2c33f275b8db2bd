package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.reconstruct.Condition;

/**
 * How crystals are spoilt for one row of the tables: a mask and an amount of noise.
 *
 * @param mask random sites or all sites of one species
 * @param ratio share of sites that a random mask hides; 0 for whole species
 * @param noise standard deviation of displacements in units of each crystal's shortest distance
 */
public record Setting(MaskType mask, double ratio, double noise) {
    /**
     * All rows: for each noise the whole species first, then random sites.
     *
     * @param noises in the order of the table
     * @param ratios of random masks
     */
    public static List<Setting> grid(List<Double> noises, List<Double> ratios) {
        List<Setting> rows = new ArrayList<>();
        for (double noise : noises) {
            rows.add(new Setting(MaskType.SPECIES, 0, noise));
            ratios.forEach(ratio -> rows.add(new Setting(MaskType.RANDOM, ratio, noise)));
        }
        return rows;
    }

    /** As other commands name it. */
    Condition condition() {
        return new Condition(mask, noise);
    }

    /** "whole species", "random 15 %". */
    public String maskText() {
        return mask == MaskType.SPECIES ? "whole species" : "random " + percent() + " %";
    }

    /** "0.1". */
    public String noiseText() {
        return number(noise);
    }

    /** "random 15 %, noise 0.1". */
    public String text() {
        return maskText() + ", noise " + number(noise);
    }

    /** For names of folders: {@code random15-0.1}. */
    public String slug() {
        return (mask == MaskType.SPECIES ? "species" : "random" + percent()) + "-" + number(noise);
    }

    private String percent() {
        return number(Math.round(1e6 * ratio) / 1e4);
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("name", slug())
                .put("mask", mask.slug())
                .putOrNull("mask_ratio", mask == MaskType.SPECIES ? Double.NaN : ratio)
                .put("noise", noise)
                .build();
    }
}
