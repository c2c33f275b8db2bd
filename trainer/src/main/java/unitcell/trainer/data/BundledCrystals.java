package unitcell.trainer.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import unitcell.crystal.Crystal;

/**
 * The crystals that come with the program: a few thousand real structures from the Materials Project (Jain et al., APL
 * Materials 1, 011002, 2013; CC-BY-4.0), as a table of facts in a form of our own, {@link BundledFormat}. Made by
 * {@link BundledSelection}.
 */
public final class BundledCrystals {
    static final String RESOURCE = "bundled_crystals.txt.gz";

    private BundledCrystals() {}

    /** All of them, in the order of their ids. */
    public static List<Crystal> read() {
        try (InputStream in = BundledCrystals.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the program was packed without its crystals (" + RESOURCE + ")");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
            List<Crystal> crystals = new ArrayList<>();
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                if (!line.startsWith("#")) {
                    crystals.add(BundledFormat.parse(line, RESOURCE + ":" + number));
                }
            }
            return crystals;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
