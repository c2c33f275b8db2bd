package unitcell.crystal.match;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonObject;

/**
 * Two crystals and pymatgen's answers, one line of a file written by model/src/test/python/structure_pairs.py.
 *
 * @param kind how the second was made from the first
 * @param answers what pymatgen said; several where turning the crystals in space changes its mind
 */
record StructurePair(int line, String kind, Crystal a, Crystal b, List<Answer> answers) {
    /**
     * One answer.
     *
     * @param rms get_rms_dist, NaN for None
     * @param max largest distance, NaN for None
     */
    record Answer(boolean fit, double rms, double max) {
        /** Equal verdicts; numbers equal within 1e-4 absolute or 1e-3 relative. */
        boolean agrees(Answer other) {
            return fit == other.fit && near(rms, other.rms) && near(max, other.max);
        }

        private static boolean near(double ours, double theirs) {
            if (Double.isNaN(ours) || Double.isNaN(theirs)) {
                return Double.isNaN(ours) && Double.isNaN(theirs);
            }
            return Math.abs(ours - theirs) <= Math.max(1e-4, 1e-3 * theirs);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "fit %s rms %.5f max %.5f", fit, rms, max);
        }
    }

    /** Reads a file of pairs; closes the stream. */
    static List<StructurePair> read(InputStream gzipped) {
        List<StructurePair> pairs = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(gzipped), StandardCharsets.UTF_8))) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                int line = pairs.size() + 1;
                pairs.add(of(line, Json.parseLine("pairs", line, text).asObject()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pairs;
    }

    private static StructurePair of(int line, JsonObject o) throws JsonException {
        List<Answer> answers = new ArrayList<>();
        answers.add(new Answer(o.getBoolean("fit"), number(o.get("rms")), number(o.get("max"))));
        if (o.has("other")) {
            for (Json other : o.getArray("other").values()) {
                JsonArray a = other.asArray();
                answers.add(new Answer(a.get(0).asBoolean(), number(a.get(1)), number(a.get(2))));
            }
        }
        return new StructurePair(
                line,
                o.getString("kind"),
                crystal("a" + line, o.getObject("a")),
                crystal("b" + line, o.getObject("b")),
                List.copyOf(answers));
    }

    private static double number(Json value) throws JsonException {
        return value instanceof JsonNull ? Double.NaN : value.asDouble();
    }

    private static Crystal crystal(String id, JsonObject o) throws JsonException {
        return new Crystal(
                id,
                Lattice.ofRows(o.getArray("l").doubles()),
                o.getArray("z").ints(),
                o.getArray("f").doubles());
    }

    /** What the matcher says. */
    Answer ask(StructureMatcher matcher) {
        PreparedCrystal first = PreparedCrystal.of(a);
        PreparedCrystal second = PreparedCrystal.of(b);
        Optional<Match> match = matcher.match(first, second);
        return new Answer(
                matcher.fits(first, second),
                match.map(Match::rms).orElse(Double.NaN),
                match.map(Match::maxDistance).orElse(Double.NaN));
    }

    /** The same two structures, each rotated. */
    StructurePair turned(double[] first, double[] second) {
        return new StructurePair(
                line, kind, CrystalTransforms.rotate(a, first), CrystalTransforms.rotate(b, second), answers);
    }

    /** Whether one of the stored answers agrees. */
    boolean allows(Answer answer) {
        return answers.stream().anyMatch(answer::agrees);
    }

    @Override
    public String toString() {
        return "pair " + line + " (" + kind + ", " + a.composition() + "): expected " + answers;
    }
}
