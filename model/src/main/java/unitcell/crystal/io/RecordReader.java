package unitcell.crystal.io;

import java.io.Closeable;
import java.util.Optional;

/** Reads the records of one open file in order. */
interface RecordReader extends Closeable {
    /**
     * The next record, or empty at the end.
     *
     * @throws InputException if the rest of the file cannot be read
     */
    Optional<CrystalRecord> next();
}
