package unitcell.trainer.results;

import java.util.Arrays;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.Tally;

/** What is measured on completed crystals. */
public enum Metric {
    /** Atoms keep 0.5 angstrom, with whatever species. */
    STRUCTURE("structure_valid", "valid structures", Kind.CRYSTALS, true),
    /** Charges can balance; every site with the network's species. */
    COMPOSITION("composition_valid", "valid compositions", Kind.CRYSTALS, true),
    /** Both. */
    VALID("valid", "valid in both senses", Kind.CRYSTALS, true),
    /** Charges can balance; visible sites keep their species. */
    COMPOSITION_KEPT("composition_valid_visible_kept", "valid compositions, visible species kept", Kind.CRYSTALS, true),
    /** Both, with visible species kept. */
    VALID_KEPT("valid_visible_kept", "valid in both senses, visible species kept", Kind.CRYSTALS, true),
    /** The completed cell has the atoms of the original. */
    SAME_COMPOSITION("same_composition", "composition of the original", Kind.CRYSTALS, true),
    /** The true species of a hidden site came first. */
    TOP1("top1", "hidden species first", Kind.ATOMS, true),
    /** The true species of a hidden site was among the first five. */
    TOP5("top5", "hidden species among the first five", Kind.ATOMS, true),
    /** The most probable species of a visible site is the one that is there. */
    VISIBLE("visible_unchanged", "visible species left alone", Kind.ATOMS, true),
    /** Distance from where atoms belong, as spoilt. */
    BEFORE("mean_before_A", "mean distance before", Kind.LENGTH, false),
    /** Distance from where atoms belong, as completed. */
    AFTER("mean_after_A", "mean distance after", Kind.LENGTH, false),
    /** As spoilt, without a common shift. */
    BEFORE_ALIGNED("aligned_mean_before_A", "aligned mean distance before", Kind.LENGTH, false),
    /** As completed, without a common shift. */
    AFTER_ALIGNED("aligned_mean_after_A", "aligned mean distance after", Kind.LENGTH, false),
    /** Root of the mean squared distance as spoilt, without a common shift. */
    BEFORE_RMS("aligned_rms_before_A", "aligned rms distance before", Kind.ROOT, false),
    /** Root of the mean squared distance as completed, without a common shift. */
    AFTER_RMS("aligned_rms_after_A", "aligned rms distance after", Kind.ROOT, false),
    /** The structure matcher finds the original. */
    MATCH("match_rate", "match the original", Kind.CRYSTALS, true),
    /** The same as CDVAE counts it: where the original or the completed crystal is invalid, there is no match. */
    MATCH_VALID("match_rate_valid", "match the original, both valid", Kind.CRYSTALS, true),
    /** The matcher's normalised rms distance, over those that match. */
    MATCH_RMSE("match_rmse", "normalised RMSE of matches", Kind.NUMBER, false),
    /** The same over all, those that do not match counting as the matcher's tolerance. */
    MATCH_CRMSE("match_crmse", "cRMSE, unmatched at stol", Kind.NUMBER, false),
    /** It matches no completed crystal before it. */
    UNIQUE("unique", "unique", Kind.CRYSTALS, true),
    /** It matches no training crystal. */
    NOVEL("novel", "novel", Kind.CRYSTALS, true),
    /** Valid in both senses, unique and novel. */
    VUN("valid_unique_novel", "valid, unique and novel", Kind.CRYSTALS, true);

    private enum Kind {
        /** A share of crystals. */
        CRYSTALS,
        /** A share of atoms. */
        ATOMS,
        /** A mean over atoms in angstrom. */
        LENGTH,
        /** The root of a mean over atoms. */
        ROOT,
        /** A mean over crystals. */
        NUMBER
    }

    private final String slug;
    private final String text;
    private final Kind kind;
    private final boolean higherIsBetter;

    Metric(String slug, String text, Kind kind, boolean higherIsBetter) {
        this.slug = slug;
        this.text = text;
        this.kind = kind;
        this.higherIsBetter = higherIsBetter;
    }

    /** For programs. */
    public String slug() {
        return slug;
    }

    /** For people, without a unit. */
    public String text() {
        return text;
    }

    /** Whether it is shown in percent. */
    public boolean isShare() {
        return kind == Kind.CRYSTALS || kind == Kind.ATOMS;
    }

    /** {@code %}, {@code Å}, or nothing. */
    public String unit() {
        return isShare() ? "%" : kind == Kind.LENGTH || kind == Kind.ROOT ? "\u00c5" : "";
    }

    /** Whether more is better. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** Of all crystals together. */
    double value(Tally tally) {
        return kind == Kind.ROOT ? Math.sqrt(tally.ratio()) : tally.ratio();
    }

    /** In each resample. */
    double[] resampled(Tally tally) {
        double[] values = tally.resampled();
        return kind == Kind.ROOT ? Arrays.stream(values).map(Math::sqrt).toArray() : values;
    }

    /**
     * With the interval that suits one run: Wilson's for shares of crystals, otherwise resampled.
     *
     * @param draws how often each crystal was spoilt anew; draws of one crystal are no independent cases
     */
    Estimate ofOneRun(Tally tally, int draws) {
        double crystals = (double) tally.crystals() / draws;
        return kind == Kind.CRYSTALS
                ? Estimate.share(value(tally), crystals)
                : Estimate.resampled(value(tally), resampled(tally), crystals);
    }

    /** The interval cut to what the metric can be: no share beyond 1, no length below 0. */
    Estimate possible(Estimate estimate) {
        return estimate.within(0, isShare() ? 1 : Double.MAX_VALUE);
    }

    /** "93.12 (92.50 to 93.70)" in this metric's unit. */
    public String show(Estimate estimate) {
        return isShare() ? estimate.times(100).text(2) : estimate.text(4);
    }
}
