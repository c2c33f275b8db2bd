package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates of parameters by their depth, in a network of three blocks. */
class TrainedPartTest {
    @ParameterizedTest
    @CsvSource({
        "output_block.so3_linear_2.weight, 1, 1, 1",
        "norm.affine_weight, 0.5, 0.5, 0",
        "blocks.2.ga.alpha_dot, 0.5, 0.5, 0",
        "blocks.1.ffn.gating_linear.bias, 0.25, 0.25, 0",
        "blocks.0.norm_1.affine_weight, 0.125, 0, 0",
        "sphere_embedding.weight, 0.0625, 0, 0",
        "edge_degree_embedding.rad_func.net.0.weight, 0.0625, 0, 0",
    })
    void rates(String parameter, double all, double lastTwo, double head) {
        double[] expected = {all, lastTwo, head};
        String[] parts = {"all", "last-2", "head"};
        for (int i = 0; i < parts.length; i++) {
            TrainedPart part = TrainedPart.parse(parts[i]).orElseThrow();
            assertEquals(parts[i], part.toString());
            assertEquals(expected[i], TinyFits.training(0, part, 0.5).rateFactor(parameter, 3), parts[i]);
            assertEquals(expected[i] > 0, part.trains(parameter, 3), parts[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"last-0", "last-", "last--1", "Head", "last-2x", "heads"})
    void otherWords(String word) {
        assertEquals(Optional.empty(), TrainedPart.parse(word));
    }

    @Test
    void moreBlocksThanThereAre() {
        assertTrue(TrainedPart.parse("last-9").orElseThrow().trains("sphere_embedding.weight", 3));
    }
}
