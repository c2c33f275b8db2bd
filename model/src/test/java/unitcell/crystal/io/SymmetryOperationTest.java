package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SymmetryOperationTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x,y,z                 | 0.1  | 0.2  | 0.3",
                "-x+1/2, y-x , .5+z    | 0.4  | 0.1  | 0.8",
                "1/2+X,Y,-Z            | 0.6  | 0.2  | -0.3",
                "z,x,y                 | 0.3  | 0.1  | 0.2",
                "x - y, x, z + 5/6     | -0.1 | 0.1  | 1.1333333333333333",
                "+x,+y,0.25-z          | 0.1  | 0.2  | -0.05",
                "-y,x,z,-1             | -0.2 | 0.1  | 0.3",
                "x,y+2,z               | 0.1  | 0.2  | 0.3",
            })
    void operationsActOnPoints(String text, double x, double y, double z) {
        assertArrayEquals(new double[] {x, y, z}, SymmetryOperation.parse(text).apply(0.1, 0.2, 0.3), 1e-15);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x,y | after component 2", "x,y,z,w | time reversal", "x,y,q | column 5", "x,y,z+1/0 | zero",
                        "x,y, | empty",
                "x,y,z z | expected '+'", "x,x,z | determinant 0", "x,y,2 | determinant 0", "x,y,z+ | expected x",
                        ",, | empty",
                "x,y,z+1e9 | expected", "x;y;z | expected", "x+x,y,z | determinant 2", "x,y,z+9999999999 | too large",
            })
    void nonsenseIsNamed(String text, String part) {
        String message = assertThrows(IllegalArgumentException.class, () -> SymmetryOperation.parse(text))
                .getMessage();
        assertTrue(message.contains(part.strip()), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void writtenOperationsReadBack() {
        for (String text : new String[] {"x,y,z", "-x+1/2,y,z+1/4", "x-y,-y,1/3-z", "z,-x,y+0.7"}) {
            SymmetryOperation operation = SymmetryOperation.parse(text);
            assertArrayEquals(
                    operation.key(),
                    SymmetryOperation.parse(operation.toString()).key());
        }
        assertTrue(SymmetryOperation.parse("x+1,y-2,z").isIdentity());
        assertFalse(SymmetryOperation.parse("x+1/2,y,z").isIdentity());
        assertTrue(SymmetryOperation.parse("x+1/2,y,z").isTranslation());
    }

    @Test
    void compositionIsApplicationInTurn() {
        SymmetryOperation a = SymmetryOperation.parse("-y+1/3,x-y,z+1/3");
        SymmetryOperation b = SymmetryOperation.parse("y,x,-z+1/2");
        double[] inTurn = a.apply(b.apply(0.13, 0.57, 0.91));
        double[] atOnce = a.after(b).apply(0.13, 0.57, 0.91);
        for (int k = 0; k < 3; k++) {
            double difference = inTurn[k] - atOnce[k];
            assertEquals(0, difference - Math.rint(difference), 1e-14);
        }
    }
}
