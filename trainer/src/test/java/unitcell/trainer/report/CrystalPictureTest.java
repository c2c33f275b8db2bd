package unitcell.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/** What a picture of a known structure must hold, and what must not change it. */
class CrystalPictureTest {
    private static final double[] CUBE = {4, 0, 0, 0, 4, 0, 0, 0, 4};
    private static final int[] PEROVSKITE = {38, 22, 8, 8, 8};
    private static final double[] PEROVSKITE_FRAC = {0, 0, 0, .5, .5, .5, .5, .5, 0, .5, 0, .5, 0, .5, .5};
    private static final int[] SALT = {11, 11, 11, 11, 17, 17, 17, 17};
    private static final double[] SALT_FRAC = {
        0, 0, 0, 0, .5, .5, .5, 0, .5, .5, .5, 0, .5, .5, .5, .5, 0, 0, 0, .5, 0, 0, 0, .5
    };
    private static final double[] TRICLINIC = {5.1, 0.3, 0.2, 1.0, 4.4, 0.1, -1.1, 0.6, 6.4};

    @Test
    void atomsOnTheBoundaryAreDrawnOnAllSides() {
        Document perovskite = draw(new CrystalPicture(CUBE, PEROVSKITE, PEROVSKITE_FRAC));
        // 8 corners, the middle, 6 faces; and one of each in the legend.
        assertEquals(8 + 1, spheres(perovskite, 38).size());
        assertEquals(1 + 1, spheres(perovskite, 22).size());
        assertEquals(6 + 1, spheres(perovskite, 8).size());
        Document salt = draw(new CrystalPicture(CUBE, SALT, SALT_FRAC));
        // Corners and faces; edges and the middle.
        assertEquals(14 + 1, spheres(salt, 11).size());
        assertEquals(13 + 1, spheres(salt, 17).size());
        assertTrue(salt.getDocumentElement().getTextContent().contains("Na \u00d74"));
    }

    @Test
    void nearerAtomsAreDrawnLaterAndLarger() {
        List<Element> sodium = spheres(draw(new CrystalPicture(CUBE, SALT, SALT_FRAC)), 11);
        for (int i = 1; i < sodium.size() - 1; i++) { // the last one is the legend's
            assertTrue(
                    Xml.number(sodium.get(i), "r") >= Xml.number(sodium.get(i - 1), "r") - 1e-9,
                    "sphere " + i + " is smaller than the one before");
        }
    }

    @Test
    void thePictureDoesNotDependOnHowTheCellLies() {
        String reference =
                new CrystalPicture(TRICLINIC, SALT, SALT_FRAC).picture().body();
        // Turned about (1, 2, 3) by 1.1 radians (Rodrigues).
        double n = Math.sqrt(14);
        double[] axis = {1 / n, 2 / n, 3 / n};
        double[] turned = new double[9];
        for (int i = 0; i < 3; i++) {
            double[] v = {TRICLINIC[3 * i], TRICLINIC[3 * i + 1], TRICLINIC[3 * i + 2]};
            double along = axis[0] * v[0] + axis[1] * v[1] + axis[2] * v[2];
            for (int k = 0; k < 3; k++) {
                double cross = axis[(k + 1) % 3] * v[(k + 2) % 3] - axis[(k + 2) % 3] * v[(k + 1) % 3];
                turned[3 * i + k] =
                        v[k] * Math.cos(1.1) + cross * Math.sin(1.1) + axis[k] * along * (1 - Math.cos(1.1));
            }
        }
        assertSameDrawing(
                reference, new CrystalPicture(turned, SALT, SALT_FRAC).picture().body());
        // Whole lattice vectors change nothing either.
        double[] shifted = SALT_FRAC.clone();
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] += i % 5 - 2;
        }
        assertSameDrawing(
                reference,
                new CrystalPicture(TRICLINIC, SALT, shifted).picture().body());
    }

    @Test
    void displacedAtomsGetARingAndAnArrowFromTheirTruePlace() {
        double[] moved = PEROVSKITE_FRAC.clone();
        moved[5] += 0.08; // titanium along c
        Document picture = draw(new CrystalPicture(CUBE, PEROVSKITE, moved).truth(PEROVSKITE_FRAC));
        List<Element> arrows =
                Xml.elements(picture, "path", e -> e.getAttribute("style").contains("--ink"));
        assertEquals(1, arrows.size());
        String[] start =
                arrows.getFirst().getAttribute("d").substring(1).split("L")[0].split(" ");
        String[] tip = arrows.getFirst().getAttribute("d").split("[ML]")[2].split(" ");
        assertEquals(Double.parseDouble(start[0]), Double.parseDouble(tip[0]), 0.5, "c is upright");
        assertTrue(Double.parseDouble(tip[1]) < Double.parseDouble(start[1]) - 4, "c points upwards");
        Element titanium = spheres(picture, 22).getFirst();
        assertEquals(Xml.number(titanium, "cx"), Double.parseDouble(tip[0]), 0.011);
        assertEquals(Xml.number(titanium, "cy"), Double.parseDouble(tip[1]), 0.011);
    }

    @Test
    void displacementsTakeTheShortWayAcrossTheBoundary() {
        double[] moved = PEROVSKITE_FRAC.clone();
        moved[0] = 0.97; // strontium of the corner, by -0.03
        Document picture = draw(new CrystalPicture(CUBE, PEROVSKITE, moved).truth(PEROVSKITE_FRAC));
        assertEquals(8 + 1, spheres(picture, 38).size());
        for (Element arrow :
                Xml.elements(picture, "path", e -> e.getAttribute("style").contains("--ink"))) {
            String[] points = arrow.getAttribute("d").split("[ML]");
            double dx = Double.parseDouble(points[2].split(" ")[0])
                    - Double.parseDouble(points[1].split(" ")[0]);
            assertTrue(Math.abs(dx) < 20, "an arrow across the cell: " + arrow.getAttribute("d"));
        }
    }

    @Test
    void aCrystalIsDrawnAsItsArrays() {
        Crystal crystal = new Crystal("t", Lattice.ofRows(TRICLINIC), SALT, SALT_FRAC);
        assertEquals(
                new CrystalPicture(TRICLINIC, SALT, SALT_FRAC).picture(),
                CrystalPicture.of(crystal).picture());
    }

    @Test
    void unknownAndMarkedSitesAreShown() {
        int[] masked = PEROVSKITE.clone();
        masked[1] = 0;
        Document picture = draw(
                new CrystalPicture(CUBE, masked, PEROVSKITE_FRAC).mark(2, true).mark(3, false));
        assertEquals(
                2,
                Xml.elements(picture, "text", e -> e.getTextContent().equals("?"))
                        .size());
        assertEquals(0, spheres(picture, 22).size());
        assertEquals(
                2,
                Xml.elements(picture, "circle", e -> e.getAttribute("style").contains("--right"))
                        .size());
        assertEquals(
                2,
                Xml.elements(picture, "circle", e -> e.getAttribute("style").contains("--wrong"))
                        .size());
        assertTrue(picture.getDocumentElement().getTextContent().contains("masked"));
    }

    @Test
    void everyCellShapeIsDrawnInsideItsSquare() {
        double[][] cells = {
            TRICLINIC,
            {4, 0, 0, 0, 4, 0, 0, 0, -4},
            {30, 0, 0, 0, 3, 0, 0, 0, 3},
            {3, 0, 0, 0, 30, 0, 0, 0, 3},
            {2.9, 2.9, 0, 0, 2.9, 2.9, 2.9, 0, 2.9},
            {3, 0, 0, 2.9, 0.5, 0, 0, 0, 40},
            {1e-2, 0, 0, 0, 1e-2, 0, 0, 0, 1e-1}
        };
        for (double[] cell : cells) {
            Document picture = draw(new CrystalPicture(cell, PEROVSKITE, PEROVSKITE_FRAC).size(200));
            for (Element line : Xml.elements(picture, "line", e -> true)) {
                for (String coordinate : new String[] {"x1", "y1", "x2", "y2"}) {
                    double value = Xml.number(line, coordinate);
                    assertTrue(value > 0 && value < 200, coordinate + " = " + value);
                }
            }
        }
    }

    @Test
    void badInputIsRefused() {
        assertRefused(() -> new CrystalPicture(new double[8], new int[0], new double[0]));
        assertRefused(() -> new CrystalPicture(CUBE, new int[1], new double[2]));
        assertRefused(() -> new CrystalPicture(new double[9], new int[0], new double[0]));
        assertRefused(() -> new CrystalPicture(CUBE, new int[1], new double[] {0, Double.NaN, 0}));
        assertRefused(() -> new CrystalPicture(CUBE, new int[1], new double[3]).truth(new double[2]));
        assertRefused(() -> new CrystalPicture(CUBE, new int[] {119}, new double[3]).picture());
        assertRefused(() -> new CrystalPicture(CUBE, new int[1], new double[3]).size(5));
    }

    @Test
    void elementsLookAsTheirSourcesSay() {
        for (int z = 0; z <= 118; z++) {
            assertEquals(
                    unitcell.crystal.Element.of(z).symbol(), ElementLook.of(z).symbol());
        }
        assertEquals(0.76, ElementLook.of(6).radius());
        assertEquals(1.32, ElementLook.of(26).radius());
        assertEquals(2.44, ElementLook.of(55).radius());
        assertEquals("ff0d0d", ElementLook.of(8).rgb());
        assertEquals("#ffffff", ElementLook.of(8).shade(1));
        assertEquals("#000000", ElementLook.of(8).shade(-1));
    }

    private static void assertRefused(Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.matches(".*(expected|volume|outside).*"), message);
    }

    /** Equal up to the last written digit of every number, which rounding may change. */
    private static void assertSameDrawing(String expected, String found) {
        String number = "-?[0-9]+(\\.[0-9]+)?";
        assertEquals(expected.replaceAll(number, "#"), found.replaceAll(number, "#"));
        String[] a = expected.split("[^0-9.-]+");
        String[] b = found.split("[^0-9.-]+");
        for (int i = 0; i < a.length; i++) {
            if (a[i].matches(number)) {
                assertEquals(Double.parseDouble(a[i]), Double.parseDouble(b[i]), 0.011);
            }
        }
    }

    private static Document draw(CrystalPicture picture) {
        return Xml.parse(picture.picture().standalone());
    }

    private static List<Element> spheres(Document picture, int z) {
        return Xml.elements(picture, "circle", e -> e.getAttribute("style").contains("url(#uz" + z + ")"));
    }
}
