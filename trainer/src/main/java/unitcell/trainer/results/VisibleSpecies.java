package unitcell.trainer.results;

import java.util.Locale;

/** What becomes of species that were not hidden. */
public enum VisibleSpecies {
    /** The network's most probable species takes their place, as the paper has it. */
    FREE("every site has the network's most probable species, as in the paper"),
    /** They stay. */
    KEPT("visible sites keep their species");

    private final String text;

    VisibleSpecies(String text) {
        this.text = text;
    }

    /** For options and programs. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For people. */
    public String text() {
        return text;
    }
}
