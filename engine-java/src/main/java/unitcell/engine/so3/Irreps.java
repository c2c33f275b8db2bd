package unitcell.engine.so3;

import java.util.ArrayList;
import java.util.List;

/**
 * A direct sum of irreducible representations of O(3), such as {@code 8x0e + 8x1o}: multiplicity, degree and parity of
 * each term, in the order in which they are stored. The text form is e3nn's; blanks do not matter and a multiplicity of 1
 * may be left out.
 *
 * @param terms the terms in order; an empty list is the zero-dimensional representation, written as an empty text
 */
public record Irreps(List<Term> terms) {
    /** Behaviour under inversion. */
    public enum Parity {
        /** Unchanged. */
        EVEN('e'),
        /** Changes sign. */
        ODD('o');

        private final char letter;

        Parity(char letter) {
            this.letter = letter;
        }

        /** The letter e or o of the text form. */
        public char letter() {
            return letter;
        }
    }

    /**
     * Several copies of one irreducible representation.
     *
     * @param multiplicity number of copies, at least 0
     * @param degree l, at least 0; its dimension is 2l+1
     * @param parity behaviour under inversion
     */
    public record Term(int multiplicity, int degree, Parity parity) {
        /** Checks the ranges. */
        public Term {
            Degrees.check(degree);
            if (multiplicity < 0) {
                throw new IllegalArgumentException("multiplicity is " + multiplicity + ", but must not be negative");
            }
        }

        /** Number of components, multiplicity times 2l+1. */
        public int dimension() {
            return Math.multiplyExact(multiplicity, 2 * degree + 1);
        }

        @Override
        public String toString() {
            return multiplicity + "x" + degree + parity.letter();
        }
    }

    /** Copies the list. */
    public Irreps {
        terms = List.copyOf(terms);
    }

    /**
     * Reads the text form.
     *
     * @param text terms such as {@code 8x0e} or {@code 1o}, joined by plus signs
     * @throws IllegalArgumentException naming the term and the column where the text is not of that form
     */
    public static Irreps parse(String text) {
        List<Term> terms = new ArrayList<>();
        if (text.isBlank()) {
            return new Irreps(terms);
        }
        int start = 0;
        while (start <= text.length()) {
            int plus = text.indexOf('+', start);
            int end = plus < 0 ? text.length() : plus;
            terms.add(term(text.substring(start, end), start + 1));
            start = end + 1;
        }
        return new Irreps(terms);
    }

    private static Term term(String part, int column) {
        String t = part.strip();
        int cross = t.indexOf('x');
        Parity parity = t.endsWith("e") ? Parity.EVEN : t.endsWith("o") ? Parity.ODD : null;
        if (parity == null) {
            throw fault(part, column, null);
        }
        try {
            int multiplicity =
                    cross < 0 ? 1 : Integer.parseInt(t.substring(0, cross).strip());
            int degree = Integer.parseInt(t.substring(cross + 1, t.length() - 1).strip());
            return new Term(multiplicity, degree, parity);
        } catch (IllegalArgumentException e) {
            throw fault(part, column, e);
        }
    }

    private static IllegalArgumentException fault(String part, int column, IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "irreps term \"" + part.strip() + "\" at column " + column
                        + " is not of the form 8x1o: a multiplicity, x," + " a degree of 0.." + Degrees.LIMIT
                        + ", and e or o",
                cause);
    }

    /** Number of components of all terms. */
    public int dimension() {
        int sum = 0;
        for (Term term : terms) {
            sum = Math.addExact(sum, term.dimension());
        }
        return sum;
    }

    /** Number of irreducible representations, the sum of the multiplicities. */
    public int count() {
        int sum = 0;
        for (Term term : terms) {
            sum = Math.addExact(sum, term.multiplicity());
        }
        return sum;
    }

    /** Largest degree with a multiplicity above 0, or -1 if there is none. */
    public int lmax() {
        int top = -1;
        for (Term term : terms) {
            top = term.multiplicity() > 0 ? Math.max(top, term.degree()) : top;
        }
        return top;
    }

    /** The text form that {@link #parse} reads. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (Term term : terms) {
            out.append(out.isEmpty() ? "" : " + ").append(term);
        }
        return out.toString();
    }
}
