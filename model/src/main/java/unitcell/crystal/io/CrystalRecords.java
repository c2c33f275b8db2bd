package unitcell.crystal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A stream of records from a list of files, in order, one file open at a time and one record in memory.
 *
 * <p>A file that cannot be read, or not to its end, contributes a {@link CrystalRecord.Refused} that says why, and the
 * stream goes on with the next file. Not safe to share between threads. Close it, or read it to the end.
 */
public final class CrystalRecords implements Iterator<CrystalRecord>, AutoCloseable {
    private final Iterator<Path> files;
    private final Plausibility plausibility;
    private Path file;
    private RecordReader reader;
    private CrystalRecord ahead;

    CrystalRecords(List<Path> files, Plausibility plausibility) {
        this.files = files.iterator();
        this.plausibility = plausibility;
    }

    @Override
    public boolean hasNext() {
        while (ahead == null) {
            if (reader == null && !openNext()) {
                return ahead != null;
            }
            if (ahead == null) {
                readAhead();
            }
        }
        return true;
    }

    @Override
    public CrystalRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more records");
        }
        CrystalRecord record = ahead;
        ahead = null;
        return record;
    }

    // Opens the next file; one that cannot be opened becomes the next record. False at the end of the list.
    private boolean openNext() {
        if (!files.hasNext()) {
            return false;
        }
        file = files.next();
        try {
            reader = CrystalSource.reader(file, plausibility);
        } catch (InputException e) {
            ahead = refused(e);
        }
        return true;
    }

    private void readAhead() {
        try {
            Optional<CrystalRecord> record = reader.next();
            if (record.isPresent()) {
                ahead = record.get();
            } else {
                close();
            }
        } catch (InputException e) {
            ahead = refused(e);
            close();
        }
    }

    private CrystalRecord refused(InputException e) {
        return CrystalRecord.Refused.of(e.finding(), CifRecords.stem(file), RowFields.NONE);
    }

    /** Closes the file being read. */
    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                reader = null;
            }
        }
    }
}
