package unitcell.crystal.io;

import java.util.Optional;
import unitcell.crystal.Element;

/**
 * The element of an atom site, from its type symbol ({@code Na1+}, {@code O2-}) or, where there is none, its label
 * ({@code Na1}, {@code OW2}, {@code SiT}).
 *
 * <p>What counts is the leading run of letters. If it is an element symbol, in any case, that is the element. A longer
 * run is understood as a two-letter symbol with a suffix if its second letter is lower case ({@code SiT}), otherwise as
 * a one-letter symbol with a suffix ({@code OW}, {@code HA}); such guesses are reported. {@code Wat}, the mineralogists'
 * water, stays unknown, since its hydrogens are missing. A label {@code T} is a tetrahedral site, not tritium.
 */
final class SiteElements {
    private SiteElements() {}

    /** An element and whether it had to be guessed. */
    record Reading(Element element, boolean guessed, boolean isotope) {}

    static Optional<Reading> fromType(String type) {
        return read(letters(type), true);
    }

    static Optional<Reading> fromLabel(String label) {
        return read(letters(label), false);
    }

    private static String letters(String text) {
        int end = 0;
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end);
    }

    private static boolean isLetter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static Optional<Reading> read(String run, boolean isType) {
        boolean isotope = Element.isHydrogenIsotope(run);
        if (isotope && !isType && run.equalsIgnoreCase("T")) {
            return Optional.empty();
        }
        Optional<Element> whole = Element.ofSymbol(run);
        if (whole.isPresent()) {
            return Optional.of(new Reading(whole.get(), false, isotope));
        }
        if (run.length() < 2) {
            return Optional.empty();
        }
        boolean lowerSecond = run.charAt(1) >= 'a';
        if (lowerSecond && run.length() > 2) {
            return guess(run.substring(0, 2));
        }
        // "OW", "HA", and "Ow": one letter and a suffix. A lower-case suffix is understood for oxygen and hydrogen of
        // water and hydroxyl only.
        boolean water = run.equals("Ow") || run.equals("Oh") || run.equals("Hw");
        return lowerSecond && !water ? Optional.empty() : guess(run.substring(0, 1));
    }

    private static Optional<Reading> guess(String symbol) {
        if (Element.isHydrogenIsotope(symbol)) {
            return Optional.empty();
        }
        return Element.ofSymbol(symbol).filter(e -> !e.isUnknown()).map(e -> new Reading(e, true, false));
    }
}
