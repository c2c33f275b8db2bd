package unitcell.engine.kernel;

/** EquiformerV2's normalisations of spherical features; l=0 is always centred over channels first. */
public enum EquivariantNorm {
    /** Every degree has its own root mean square over (m, channel). */
    LAYER_NORM("layer_norm"),
    /** l=0: ordinary layer norm; l&gt;0 share s = mean_c sum_i x_i^2 / ((2 l_i + 1) L). */
    LAYER_NORM_SH("layer_norm_sh"),
    /** All degrees share s = mean_c sum_i x_i^2 / ((2 l_i + 1)(L+1)). */
    RMS_NORM_SH("rms_norm_sh");

    private final String key;

    EquivariantNorm(String key) {
        this.key = key;
    }

    /** EquiformerV2's name for it. */
    public String key() {
        return key;
    }

    /** The kind named {@code key}. */
    public static EquivariantNorm of(String key) {
        for (EquivariantNorm norm : values()) {
            if (norm.key.equals(key)) {
                return norm;
            }
        }
        throw new IllegalArgumentException(
                "norm_type '" + key + "' is unknown; expected layer_norm, layer_norm_sh or rms_norm_sh");
    }
}
