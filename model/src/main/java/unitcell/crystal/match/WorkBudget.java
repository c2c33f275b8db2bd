package unitcell.crystal.match;

/** Counts elementary steps of a search and ends it when there were too many, so that no input can make it hang. */
final class WorkBudget {
    /** The search was ended. Carries no stack trace: it is an answer, not a fault. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exceeded() {
            super("the search has reached its bound", null, false, false);
        }
    }

    private long left;

    WorkBudget(long steps) {
        left = steps;
    }

    /** Takes steps off the budget before they are done. */
    void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new Exceeded();
        }
    }
}
