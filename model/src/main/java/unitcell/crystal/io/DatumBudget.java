package unitcell.crystal.io;

/** Counts what a record, or a file that must be read whole, takes in memory, and stops before it is too much. */
final class DatumBudget {
    private final int maxValues;
    private final int maxCharacters;
    private int values;
    private long characters;

    private DatumBudget(int maxValues, int maxCharacters) {
        this.maxValues = maxValues;
        this.maxCharacters = maxCharacters;
    }

    static DatumBudget ofRecord() {
        return new DatumBudget(InputLimits.MAX_RECORD_VALUES, InputLimits.MAX_JSON_LINE);
    }

    static DatumBudget ofFile() {
        return new DatumBudget(InputLimits.MAX_FILE_VALUES, InputLimits.MAX_FIELD);
    }

    /**
     * Spends on one value.
     *
     * @throws InputException if that is too much
     */
    void spend(int length, Location where) {
        characters += length;
        if (++values > maxValues || characters > maxCharacters) {
            throw InputException.of(
                    Finding.Kind.TOO_LARGE,
                    where,
                    "more than " + maxValues + " values or " + maxCharacters + " characters to be held at once");
        }
    }
}
