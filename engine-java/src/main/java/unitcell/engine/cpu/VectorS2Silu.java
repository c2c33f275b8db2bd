package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * SiLU and its slope for grid values, cheaper than {@link Lanes#silu}: hundreds of them are taken for every edge and
 * channel, and their sum needs no last digit.
 *
 * <p>e^-x = 2^n 2^f with n whole and |f| <= 1/2. 2^f is the polynomial of degree 5 with the least largest relative error,
 * 7.5e-8 (Remez exchange); n is added to the exponent bits. |x| is cut at 87 on the bits, where ordinary minima would have
 * to look for NaN: beyond it e^-x changes no digit of 1 + e^-x, or is so large that the result is below 1e-35. Errors
 * against float64: below 3e-7 of the larger of |x| sigmoid(x) and |x|/10; NaN stays NaN.
 */
final class VectorS2Silu {
    private static final int SIGN = 0x80000000;
    private static final int LIMIT = Float.floatToRawIntBits(87);
    private static final float MINUS_LOG2E = -1.442695f;
    /** 1.5 * 2^23: adding it leaves a whole number in the low bits, and a shift by 23 then moves that to the exponent. */
    private static final float ROUND = 0x1.8p23f;

    private VectorS2Silu() {}

    /** x / (1 + e^-x). */
    static FloatVector silu(FloatVector x) {
        return x.div(power(x).add(1));
    }

    /** Slope of {@link #silu}: s (1 + x (1 - s)) with s = 1 / (1 + e^-x), 1 - s = s e^-x. */
    static FloatVector slope(FloatVector x) {
        FloatVector e = power(x);
        FloatVector s = FloatVector.broadcast(Lanes.F, 1).div(e.add(1));
        return x.mul(e.mul(s)).fma(s, s);
    }

    /** e^-x for |x| <= 87. */
    private static FloatVector power(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        FloatVector cut = bits.and(~SIGN).min(LIMIT).or(bits.and(SIGN)).reinterpretAsFloats();
        FloatVector scale = FloatVector.broadcast(Lanes.F, MINUS_LOG2E);
        FloatVector round = FloatVector.broadcast(Lanes.F, ROUND);
        FloatVector rounded = cut.fma(scale, round);
        FloatVector f = cut.fma(scale, round.sub(rounded));
        FloatVector square = f.mul(f);
        FloatVector low =
                f.fma(FloatVector.broadcast(Lanes.F, 0.69314694f), FloatVector.broadcast(Lanes.F, 1.0000001f));
        FloatVector middle =
                f.fma(FloatVector.broadcast(Lanes.F, 0.055507135f), FloatVector.broadcast(Lanes.F, 0.2402212f));
        FloatVector high =
                f.fma(FloatVector.broadcast(Lanes.F, 0.0013276472f), FloatVector.broadcast(Lanes.F, 0.009675541f));
        FloatVector p = square.fma(square.fma(high, middle), low);
        return p.reinterpretAsInts()
                .add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
