package unitcell.trainer.report;

/** How wide text in the report's font is, near enough to keep legends and labels apart. */
final class TextWidth {
    private TextWidth() {}

    /** Width in pixels; a little generous, because readers' fonts differ. */
    static double of(String text, double size) {
        double units = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("iljtf.,:;'|!()[] ".indexOf(c) >= 0) {
                units += 0.36;
            } else if ("mwMW%@\u2212".indexOf(c) >= 0) {
                units += 0.92;
            } else {
                units += Character.isUpperCase(c) ? 0.72 : 0.6;
            }
        }
        return units * size;
    }
}
