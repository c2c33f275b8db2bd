package unitcell.crystal.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;

/** The structures of one CIF file, read as a whole. The id is the file's stem, with the block name if there are several. */
final class CifRecords implements RecordReader {
    private final Deque<CrystalRecord> records = new ArrayDeque<>();

    CifRecords(Path path, Plausibility plausibility) {
        String file = path.toString();
        List<Finding> decoding = new ArrayList<>();
        String text = TextDecoding.decode(readAll(path), file, decoding);
        List<CifStructures.Outcome> outcomes = CifStructures.read(text, file, 1, plausibility);
        String stem = stem(path);
        for (CifStructures.Outcome outcome : outcomes) {
            String id = outcomes.size() == 1 ? stem : stem + "#" + outcome.block();
            records.add(record(outcome, id, new Location(file, outcome.line(), 0), RowFields.NONE, decoding));
        }
    }

    static CrystalRecord record(
            CifStructures.Outcome outcome, String id, Location where, RowFields fields, List<Finding> more) {
        List<Finding> findings = new ArrayList<>(outcome.findings());
        findings.addAll(more);
        Optional<Crystal> crystal = outcome.crystal();
        return crystal.isPresent()
                ? new CrystalRecord.Accepted(where, crystal.get().withId(id), fields, List.copyOf(findings))
                : new CrystalRecord.Refused(where, id, fields, List.copyOf(findings), outcome.composition());
    }

    private static byte[] readAll(Path path) {
        try (InputStream in = InputStreams.open(path)) {
            byte[] bytes = in.readNBytes(InputLimits.MAX_CIF_BYTES + 1);
            if (bytes.length > InputLimits.MAX_CIF_BYTES) {
                throw InputException.of(
                        Finding.Kind.TOO_LARGE,
                        Location.of(path.toString()),
                        "CIF is larger than " + InputLimits.MAX_CIF_BYTES + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw InputStreams.failure(e, Location.of(path.toString()));
        }
    }

    /** File name without {@code .gz} and without its extension. */
    static String stem(Path path) {
        String name = path.getFileName().toString();
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - 3);
        }
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    @Override
    public Optional<CrystalRecord> next() {
        return Optional.ofNullable(records.poll());
    }

    @Override
    public void close() {}
}
