package unitcell.trainer.data;

import java.nio.charset.StandardCharsets;

/** Seeds for things that have names, so that what is drawn for one of them does not depend on the others. */
public final class Seeds {
    private Seeds() {}

    /** A seed for the thing called {@code name}: FNV-1a (64 bits) of its UTF-8 bytes, mixed with the seed. */
    public static long of(long seed, String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return mix(seed ^ mix(hash));
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): every input bit moves every output bit. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
