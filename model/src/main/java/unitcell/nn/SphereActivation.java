package unitcell.nn;

/** Activation of spherical features, with the scalars that each needs. */
public enum SphereActivation {
    /** SiLU on the S2 grid, l=0 separately from its own scalars (C of them): use_sep_s2_act. */
    SEPARABLE_S2,
    /** SiLU on the S2 grid for everything; no scalars. */
    S2,
    /** l=0 SiLU, l&gt;0 gated by sigmoids of L*C scalars: use_gate_act. */
    GATE;

    /** Number of scalars that drive the activation of {@code channels} channels up to degree {@code lmax}. */
    int scalars(int lmax, int channels) {
        return switch (this) {
            case SEPARABLE_S2 -> channels;
            case S2 -> 0;
            case GATE -> lmax * channels;
        };
    }
}
