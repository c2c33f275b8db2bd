package unitcell.trainer.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.Sha256Sums;

/**
 * The checkpoints of one run: directories {@code ckpt-00012000} (the step in eight digits or more), each with the files
 * that a callback writes, {@code state.json} and {@code SHA256SUMS}. A checkpoint appears whole or not at all, and older
 * ones go only after a newer one is on the disk: a kill at any moment leaves the last complete one.
 *
 * <p>Kept are the newest few and, besides, the one with the lowest validation loss. There is no pointer file: the latest
 * is found by looking, and its sums are verified; a damaged one is put aside as {@code ckpt-00012000.damaged-N}, said in
 * one line, and the one before is taken. Other names for short moments: {@code .tmp-PID-N} while being written,
 * {@code .replaced} while a checkpoint of the same step takes its place; what a dead run left of these is cleared on
 * opening. One process writes at a time, by a lock on the file {@code .lock}, which ends with the process.
 */
public final class CheckpointStore implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("ckpt-([0-9]{8,18})");
    private static final String REPLACED = ".replaced";
    private static final String STATE = "state.json";
    private static final int VERSION = 1;

    private final Path directory;
    private final int keep;
    private final FileChannel lock;
    private final Consumer<String> messages;

    private CheckpointStore(Path directory, int keep, FileChannel lock, Consumer<String> messages) {
        this.directory = directory;
        this.keep = keep;
        this.lock = lock;
        this.messages = messages;
    }

    /** Writes the files of a checkpoint. */
    @FunctionalInterface
    public interface Contents {
        /**
         * @param place an empty directory; files written here belong to the checkpoint
         * @return the run's state, stored in {@code state.json}
         */
        JsonObject write(Path place) throws IOException;
    }

    /**
     * Opens a directory for writing, making it if need be, and clears what dead runs left.
     *
     * @param keep newest checkpoints to keep, at least 1
     * @param messages receives one line for everything a user should know
     * @throws IOException if another process writes there, or the directory cannot be used
     */
    public static CheckpointStore open(Path directory, int keep, Consumer<String> messages) throws IOException {
        if (keep < 1) {
            throw new IllegalArgumentException("checkpoints to keep: " + keep + ", expected at least 1");
        }
        FileChannel lock = lock(directory);
        CheckpointStore store = new CheckpointStore(directory, keep, lock, messages);
        try {
            store.clear();
            return store;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Opens a directory for reading only: nothing is locked, moved or cleared.
     *
     * @throws IOException if there is no such directory
     */
    public static CheckpointStore readOnly(Path directory, Consumer<String> messages) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("no checkpoints at " + directory + ": not a directory; check the path");
        }
        return new CheckpointStore(directory, 1, null, messages);
    }

    /** Verifies and reads one checkpoint directory, of whatever name. */
    public static Checkpoint read(Path checkpoint) throws IOException {
        if (!Files.isDirectory(checkpoint)) {
            throw new IOException("no checkpoint at " + checkpoint + ": not a directory; check the path");
        }
        Set<String> summed = Sha256Sums.verify(checkpoint).keySet();
        JsonObject json = Json.parse(checkpoint.resolve(STATE)).asObject();
        if (json.getInt("version") != VERSION) {
            throw new IOException(checkpoint.resolve(STATE) + ": version " + json.getInt("version")
                    + ", this program reads version " + VERSION);
        }
        Set<String> expected = new TreeSet<>(json.getArray("files").strings());
        expected.add(STATE);
        if (!summed.equals(expected)) {
            throw new IOException(
                    checkpoint.resolve(Sha256Sums.FILE_NAME) + ": names " + summed + ", expected " + expected);
        }
        Json loss = json.get("validation_loss");
        return new Checkpoint(
                checkpoint,
                json.getLong("step"),
                loss instanceof JsonNumber number ? OptionalDouble.of(number.asDouble()) : OptionalDouble.empty(),
                json.getObject("state"));
    }

    /**
     * Writes a checkpoint and then drops those that are no longer kept. One of the same step is replaced.
     *
     * @param step optimiser steps done, 0 or more
     * @param validationLoss NaN if unknown: such a checkpoint is never the best
     * @throws FileFault if it cannot be written; everything written before is then still there
     */
    public Checkpoint save(long step, double validationLoss, Contents contents) throws IOException {
        if (lock == null) {
            throw new IllegalStateException(directory + ": opened for reading only");
        }
        Path target = path(step);
        Path replaced = target.resolveSibling(target.getFileName() + REPLACED);
        if (Files.exists(target)) {
            move(target, replaced);
        }
        AtomicReference<JsonObject> state = new AtomicReference<>();
        try {
            AtomicFiles.publishDirectory(target, place -> {
                state.set(contents.write(place));
                JsonObject json = JsonObject.builder()
                        .put("version", (long) VERSION)
                        .put("step", step)
                        .putOrNull("validation_loss", validationLoss)
                        .put("files", JsonArray.ofStrings(namesIn(place)))
                        .put("state", state.get())
                        .build();
                Files.writeString(place.resolve(STATE), json.pretty(), StandardOpenOption.CREATE_NEW);
                Sha256Sums.write(place);
            });
        } finally {
            settleReplaced(target, replaced);
        }
        prune();
        OptionalDouble loss =
                Double.isFinite(validationLoss) ? OptionalDouble.of(validationLoss) : OptionalDouble.empty();
        return new Checkpoint(target, step, loss, state.get());
    }

    /** Steps of all checkpoints, rising; not verified. */
    public List<Long> steps() throws IOException {
        List<Long> steps = new ArrayList<>();
        for (Path entry : entries()) {
            Matcher matcher = NAME.matcher(entry.getFileName().toString());
            if (matcher.matches() && Files.isDirectory(entry)) {
                steps.add(Long.parseLong(matcher.group(1)));
            }
        }
        steps.sort(Comparator.naturalOrder());
        return steps;
    }

    /** The newest checkpoint whose sums are right; damaged ones are reported, and put aside if this store may write. */
    public Optional<Checkpoint> latest() throws IOException {
        for (long step : steps().reversed()) {
            Optional<Checkpoint> checkpoint = verified(step);
            if (checkpoint.isPresent()) {
                return checkpoint;
            }
        }
        return Optional.empty();
    }

    /** The checkpoint with the lowest validation loss, the earlier one of equals; damaged ones as in {@link #latest}. */
    public Optional<Checkpoint> best() throws IOException {
        Checkpoint best = null;
        for (long step : steps()) {
            Optional<Checkpoint> found = verified(step);
            if (found.isPresent() && lossOf(found.get()) < lossOf(best)) {
                best = found.get();
            }
        }
        return Optional.ofNullable(best);
    }

    /** Deletes all checkpoints after a step: a run that goes on from there would otherwise find them as its latest. */
    public void discardAfter(long step) throws IOException {
        for (long later : steps()) {
            if (later > step) {
                delete(path(later));
                messages.accept(path(later) + ": discarded, the run goes on from step " + step);
            }
        }
    }

    /** Ends the lock. */
    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }

    private Optional<Checkpoint> verified(long step) throws IOException {
        Path path = path(step);
        try {
            Checkpoint checkpoint = read(path);
            if (checkpoint.step() != step) {
                throw new IOException(
                        path.resolve(STATE) + ": step " + checkpoint.step() + ", its directory says " + step);
            }
            return Optional.of(checkpoint);
        } catch (IOException e) {
            messages.accept("checkpoint " + path.getFileName() + " is not usable (" + e.getMessage()
                    + "); looking at the one before");
            if (lock != null) {
                putAside(path);
            }
            return Optional.empty();
        }
    }

    /** Out of the count of kept ones, but there for whoever wants to know what happened. */
    private void putAside(Path path) throws IOException {
        for (int i = 1; ; i++) {
            Path aside = path.resolveSibling(path.getFileName() + ".damaged-" + i);
            if (!Files.exists(aside)) {
                move(path, aside);
                return;
            }
        }
    }

    private void prune() throws IOException {
        Optional<Long> best = bestByStateFiles();
        List<Long> steps = steps();
        for (long step : steps.subList(0, Math.max(0, steps.size() - keep))) {
            if (best.isEmpty() || best.get() != step) {
                delete(path(step));
            }
        }
    }

    /** By the losses in the state files alone: verifying every sum at every save would read all data again. */
    private Optional<Long> bestByStateFiles() throws IOException {
        Optional<Long> best = Optional.empty();
        double lowest = Double.POSITIVE_INFINITY;
        for (long step : steps()) {
            try {
                Json loss = Json.parse(path(step).resolve(STATE)).asObject().get("validation_loss");
                if (loss instanceof JsonNumber number && number.asDouble() < lowest) {
                    lowest = number.asDouble();
                    best = Optional.of(step);
                }
            } catch (IOException e) {
                messages.accept("checkpoint " + path(step).getFileName() + " is not usable (" + e.getMessage() + ")");
                putAside(path(step));
            }
        }
        return best;
    }

    private static double lossOf(Checkpoint checkpoint) {
        return checkpoint == null
                ? Double.POSITIVE_INFINITY
                : checkpoint.validationLoss().orElse(Double.POSITIVE_INFINITY);
    }

    /** First renamed, so that a kill in the middle of the deletion leaves no checkpoint with files missing. */
    private void delete(Path path) throws IOException {
        Path doomed = path.resolveSibling(path.getFileName() + ".tmp-"
                + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
        move(path, doomed);
        AtomicFiles.deleteTree(doomed);
    }

    private void clear() throws IOException {
        for (Path temporary : AtomicFiles.temporaries(directory)) {
            if (temporary.getFileName().toString().startsWith("ckpt-")) {
                AtomicFiles.deleteTree(temporary);
                messages.accept(temporary + ": removed, a run ended while writing it");
            }
        }
        for (Path entry : entries()) {
            String name = entry.getFileName().toString();
            if (name.endsWith(REPLACED)) {
                settleReplaced(directory.resolve(name.substring(0, name.length() - REPLACED.length())), entry);
            }
        }
    }

    /** The new checkpoint of a step stands, so the old one goes; or it does not, so the old one comes back. */
    private static void settleReplaced(Path target, Path replaced) throws IOException {
        if (!Files.exists(replaced)) {
            return;
        }
        if (Files.exists(target)) {
            AtomicFiles.deleteTree(replaced);
        } else {
            move(replaced, target);
        }
    }

    private List<Path> entries() throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        } catch (IOException e) {
            throw FileFault.of("list", directory, e);
        }
        return entries;
    }

    private static void move(Path from, Path to) throws FileFault {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileFault.of("rename", from, e);
        }
    }

    private static List<String> namesIn(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path path(long step) {
        return directory.resolve(String.format("ckpt-%08d", step));
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve(".lock");
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(directory);
        } catch (IOException e) {
            if (channel != null) {
                channel.close();
            }
            throw FileFault.of("lock", file, e);
        }
        channel.close();
        throw inUse(directory);
    }

    private static IOException inUse(Path directory) {
        return new IOException(directory + ": another run writes its checkpoints here (it holds .lock);"
                + " wait for it to end or choose another directory");
    }
}
