package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The reason why a native library cannot be loaded is the same however often one asks. */
class NativeLibrariesTest {
    private static final String WORDS =
            "/tmp/libx.so: liby.so.12: cannot open shared object file: No such file or directory";

    /** Fails as JCublas does where there is no cuBLAS. */
    private static final class Unloadable {
        static final Path LIBRARY = load();

        private static Path load() {
            throw new UnsatisfiedLinkError("Error while loading\nas a resource:\n  " + WORDS + "\nend");
        }
    }

    @Test
    void theLinkersWordsAreToldAgain() {
        for (int attempt = 0; attempt < 2; attempt++) {
            LinkageError e = assertThrows(LinkageError.class, () -> Unloadable.LIBRARY.getFileName());
            assertEquals(attempt == 1, e instanceof NoClassDefFoundError);
            assertEquals(WORDS, NativeLibraries.firstLine(e));
        }
    }

    @Test
    void whatIsNotTheLinkersIsToldByItsFirstLine() {
        assertEquals("no such thing", NativeLibraries.firstLine(new LinkageError("no such thing\nat all")));
    }
}
