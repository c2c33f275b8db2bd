package unitcell.trainer.label;

import java.util.Arrays;

/** Lists of numbers as tables hold them: {@code [0.0, 0.16, 1e-3]}, as Python and JSON write them. */
final class NumberList {
    private NumberList() {}

    /**
     * Reads a list of finite numbers.
     *
     * @throws IllegalArgumentException saying what was found where, if it is none
     */
    static double[] parse(String text) {
        String body = text.strip();
        if (body.length() < 2 || body.charAt(0) != '[' || body.charAt(body.length() - 1) != ']') {
            throw new IllegalArgumentException("found " + show(body) + ", expected a list of numbers in brackets");
        }
        String inside = body.substring(1, body.length() - 1).strip();
        if (inside.isEmpty()) {
            return new double[0];
        }
        String[] words = inside.split(",", -1);
        double[] numbers = new double[words.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(words[i].strip(), i);
        }
        return numbers;
    }

    private static double number(String word, int index) {
        try {
            // Double.parseDouble also takes hexadecimal numbers and the suffixes d and f.
            if (word.matches("[-+0-9.eE]+")) {
                double value = Double.parseDouble(word);
                if (Double.isFinite(value)) {
                    return value;
                }
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(complaint(word, index), e);
        }
        throw new IllegalArgumentException(complaint(word, index));
    }

    private static String complaint(String word, int index) {
        return "entry " + index + " is " + show(word) + ", expected a finite number";
    }

    private static String show(String text) {
        String line = text.replaceAll("\\s+", " ");
        return "'" + (line.length() <= 40 ? line : line.substring(0, 37) + "...") + "'";
    }

    /** Whether two lists of one length differ nowhere by more than a tolerance. */
    static boolean near(double[] a, double[] b, double tolerance) {
        return a.length == b.length && Arrays.stream(differences(a, b)).allMatch(d -> Math.abs(d) <= tolerance);
    }

    private static double[] differences(double[] a, double[] b) {
        double[] d = new double[a.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = a[i] - b[i];
        }
        return d;
    }
}
