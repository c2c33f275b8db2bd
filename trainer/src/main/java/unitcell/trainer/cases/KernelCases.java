package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;

/** All kernels of the contract at given sizes. */
public final class KernelCases {
    private KernelCases() {}

    /** Each kernel once, as a training step calls it. */
    public static List<KernelCase> of(KernelSizes sizes) {
        List<KernelCase> cases = new ArrayList<>();
        cases.addAll(DenseCases.of(sizes));
        cases.addAll(SphericalCases.of(sizes));
        cases.addAll(EdgeCases.of(sizes));
        cases.addAll(PlainCases.of(sizes));
        return cases;
    }

    /** Further calls, which differ from those of a training step. */
    public static List<KernelCase> variants(KernelSizes sizes) {
        return VariantCases.of(sizes);
    }

    /** Further calls with sizes of their own; {@code sizes} only lends its species and channels. */
    public static List<KernelCase> fixed(KernelSizes sizes) {
        return VariantCases.fixed(sizes);
    }
}
