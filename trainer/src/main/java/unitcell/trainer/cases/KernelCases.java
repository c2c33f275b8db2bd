package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;

/** All kernels of the contract at given sizes, once each. */
public final class KernelCases {
    private KernelCases() {}

    /** By family, in the order of the contract. */
    public static List<KernelCase> of(KernelSizes sizes) {
        List<KernelCase> cases = new ArrayList<>();
        cases.addAll(DenseCases.of(sizes));
        cases.addAll(SphericalCases.of(sizes));
        cases.addAll(EdgeCases.of(sizes));
        cases.addAll(PlainCases.of(sizes));
        return cases;
    }
}
