package unitcell.trainer.reconstruct;

import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.engine.io.JsonObject;

/**
 * What a run has done so far, in numbers.
 *
 * @param completed crystals
 * @param files crystals written, all candidates counted
 * @param hidden sites that were hidden in completed crystals
 * @param known how many of these have a species that the input tells
 * @param right on how many of these the first candidate has it
 * @param charged crystals for which nothing neutral was found although it was asked for
 * @param fewer crystals for which something, charges apart, is less than was asked for
 * @param skipped crystals that could not be used
 */
public record ReconstructionCounts(
        long completed, long files, long hidden, long known, long right, long charged, long fewer, long skipped) {
    static final ReconstructionCounts NONE = new ReconstructionCounts(0, 0, 0, 0, 0, 0, 0, 0);

    /** With one completed crystal more. */
    ReconstructionCounts plus(Crystal truth, Reconstruction result) {
        int tells = 0;
        int same = 0;
        for (SiteGuess guess : result.guesses()) {
            int z = truth.species(guess.site());
            tells += z == Element.UNKNOWN_Z ? 0 : 1;
            same += z == result.completed().species(guess.site()) ? 1 : 0;
        }
        boolean isCharged = !result.neutral().orElse(true);
        return new ReconstructionCounts(
                completed + 1,
                files + result.candidates().size(),
                hidden + result.guesses().size(),
                known + tells,
                right + same,
                charged + (isCharged ? 1 : 0),
                fewer + (!isCharged && !result.note().isEmpty() ? 1 : 0),
                skipped);
    }

    /** With one skipped crystal more. */
    ReconstructionCounts plusSkipped() {
        return new ReconstructionCounts(completed, files, hidden, known, right, charged, fewer, skipped + 1);
    }

    /** Adds the numbers to an object, for programs. */
    public JsonObject.Builder put(JsonObject.Builder json) {
        return json.put("completed", completed)
                .put("files", files)
                .put("skipped", skipped)
                .put("hidden", hidden)
                .put("hidden_known", known)
                .put("chosen_right", right)
                .put("not_neutral", charged)
                .put("fewer", fewer);
    }
}
