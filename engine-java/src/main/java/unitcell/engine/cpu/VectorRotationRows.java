package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Small vector passes that the rotation kernels share: filling, copying and adding rows of float32 at native addresses.
 * Counts are of elements, any number.
 */
final class VectorRotationRows {
    private VectorRotationRows() {}

    /** A row of ones: the weights where there are none. */
    static long ones(Scratch scratch, int channels) {
        long address = scratch.floats(channels);
        fill(address, channels, 1);
        return address;
    }

    static void zero(long address, long count) {
        fill(address, count, 0);
    }

    static void fill(long address, long count, float value) {
        long whole = Lanes.whole(count);
        FloatVector v = Lanes.broadcast(value);
        for (long i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(address, i, v);
        }
        if (whole < count) {
            Lanes.store(address + 4 * whole, v, Lanes.first((int) (count - whole)));
        }
    }

    /** to = from, or to += from. */
    static void put(long from, long to, long count, boolean add) {
        put(from, 1, to, count, add);
    }

    /** to = factor * from, or to += factor * from. */
    static void put(long from, float factor, long to, long count, boolean add) {
        long whole = Lanes.whole(count);
        FloatVector f = Lanes.broadcast(factor);
        for (long i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(from, i);
            Lanes.storeAt(to, i, add ? Lanes.fma(v, f, Lanes.loadAt(to, i)) : v.mul(f));
        }
        if (whole < count) {
            var mask = Lanes.first((int) (count - whole));
            FloatVector v = Lanes.load(from + 4 * whole, mask);
            long last = to + 4 * whole;
            Lanes.store(last, add ? Lanes.fma(v, f, Lanes.load(last, mask)) : v.mul(f), mask);
        }
    }

    /** Sum of products of two rows. */
    static float dot(long a, long b, long count) {
        long whole = Lanes.whole(count);
        long pairs = whole & -2L * Lanes.WIDTH;
        FloatVector s = Lanes.zero();
        FloatVector t = Lanes.zero();
        long i = 0;
        for (; i < pairs; i += 2 * Lanes.WIDTH) {
            s = Lanes.fma(Lanes.loadAt(a, i), Lanes.loadAt(b, i), s);
            t = Lanes.fma(Lanes.loadAt(a, i + Lanes.WIDTH), Lanes.loadAt(b, i + Lanes.WIDTH), t);
        }
        for (; i < whole; i += Lanes.WIDTH) {
            s = Lanes.fma(Lanes.loadAt(a, i), Lanes.loadAt(b, i), s);
        }
        if (whole < count) {
            var mask = Lanes.first((int) (count - whole));
            t = Lanes.fma(Lanes.load(a + 4 * whole, mask), Lanes.load(b + 4 * whole, mask), t);
        }
        return Lanes.sum(s.add(t));
    }

    /** to[r, :] = weights * from[r, :], or added, for contiguous rows. */
    static void weigh(long from, long weights, long to, int rows, int channels, boolean add) {
        long row = 4L * channels;
        int whole = Lanes.whole(channels);
        for (int c = 0; c < whole; c += Lanes.WIDTH) {
            FloatVector w = Lanes.loadAt(weights, c);
            long a = from + 4L * c;
            long b = to + 4L * c;
            for (int r = 0; r < rows; r++, a += row, b += row) {
                FloatVector v = Lanes.load(a);
                Lanes.store(b, add ? Lanes.fma(v, w, Lanes.load(b)) : v.mul(w));
            }
        }
        if (whole < channels) {
            var mask = Lanes.first(channels - whole);
            FloatVector w = Lanes.load(weights + 4L * whole, mask);
            long a = from + 4L * whole;
            long b = to + 4L * whole;
            for (int r = 0; r < rows; r++, a += row, b += row) {
                FloatVector v = Lanes.load(a, mask);
                Lanes.store(b, add ? Lanes.fma(v, w, Lanes.load(b, mask)) : v.mul(w), mask);
            }
        }
    }

    /** to[c] = sum over contiguous rows of a[r, c] * b[r, c]. */
    static void products(long a, long b, long to, int rows, int channels) {
        long row = 4L * channels;
        int whole = Lanes.whole(channels);
        for (int c = 0; c < whole; c += Lanes.WIDTH) {
            FloatVector sum = Lanes.zero();
            long at = 4L * c;
            for (int r = 0; r < rows; r++, at += row) {
                sum = Lanes.fma(Lanes.load(a + at), Lanes.load(b + at), sum);
            }
            Lanes.storeAt(to, c, sum);
        }
        if (whole < channels) {
            var mask = Lanes.first(channels - whole);
            FloatVector sum = Lanes.zero();
            long at = 4L * whole;
            for (int r = 0; r < rows; r++, at += row) {
                sum = Lanes.fma(Lanes.load(a + at, mask), Lanes.load(b + at, mask), sum);
            }
            Lanes.store(to + 4L * whole, sum, mask);
        }
    }

    /**
     * Reads one number of every cache line of a range that is about to be used. Kernels that go through an edge's rows
     * degree by degree leave the hardware's prefetchers behind; read in order first, the rows arrive at the bandwidth of the
     * memory. Worth it where tensors do not fit the caches, halves the time of the backward passes there.
     *
     * @param keep where to put a sum, so that the reads are not optimised away
     */
    static void touch(long address, long bytes, long keep) {
        float sum = 0;
        for (long i = 0; i < bytes; i += 64) {
            sum += Lanes.get(address + i);
        }
        Lanes.set(keep, sum);
    }

    /** In checked mode: fails unless all of some rows may be touched. */
    static void check(long address, long row, int rows, int channels) {
        for (int r = 0; Lanes.CHECKED && r < rows; r++) {
            Ranges.check(address + r * row, 4L * channels);
        }
    }
}
