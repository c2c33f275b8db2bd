package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import unitcell.crystal.Crystal;

/**
 * A unit cell with its atoms: shaded spheres in the colours of their elements, the cell's edges, and a legend. Atoms on
 * a face, edge or corner of the cell are drawn on all of them. Sites of unknown species are dashed grey circles with a
 * question mark. If true positions are given, every atom that is off by a visible amount gets a ring where it ought to
 * be and, if its species is known, an arrow from there to where it is. Sites may be marked as right or wrong.
 *
 * <p>Input in plain arrays: the cell in angstrom, rows are lattice vectors; species as atomic numbers, 0 for unknown;
 * fractional coordinates {@code [N, 3]}.
 */
public final class CrystalPicture {
    /** Drawn radius of a sphere per covalent radius: small enough to see through the cell. */
    private static final double RADIUS_SCALE = 0.42;
    /** Atoms this near to the boundary (fractional) are drawn on both sides. */
    private static final double BOUNDARY = 0.03;
    /** Displacements below this many pixels are not drawn. */
    private static final double LEAST_ARROW = 4;
    /** Free space around the cell, for spheres that stand out, as a part of the size. */
    private static final double MARGIN = 0.15;

    private static final double LINE = 22;

    private enum Mark {
        NONE,
        RIGHT,
        WRONG
    }

    private final double[] cell;
    private final int[] species;
    private final double[] frac;
    private final Mark[] marks;
    private double[] truth;
    private String title = "";
    private double size = 300;

    /**
     * @param cell 9 numbers, rows are lattice vectors in angstrom, not in one plane
     * @param species atomic numbers [N], 0 for unknown
     * @param frac fractional coordinates [N, 3]
     * @throws IllegalArgumentException if sizes do not match, a number is not finite or the cell is flat
     */
    public CrystalPicture(double[] cell, int[] species, double[] frac) {
        if (cell.length != 9 || frac.length != 3 * species.length) {
            throw new IllegalArgumentException("crystal picture: " + cell.length + " numbers of a cell and "
                    + frac.length + " coordinates for " + species.length + " atoms, expected 9 and 3 per atom");
        }
        requireFinite(cell);
        requireFinite(frac);
        double volume = Math.abs(cell[0] * (cell[4] * cell[8] - cell[5] * cell[7])
                - cell[1] * (cell[3] * cell[8] - cell[5] * cell[6])
                + cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]));
        if (!(volume > 1e-6)) {
            throw new IllegalArgumentException("crystal picture: the cell has a volume of " + volume + " \u00c5\u00b3");
        }
        this.cell = cell.clone();
        this.species = species.clone();
        this.frac = frac.clone();
        this.marks = new Mark[species.length];
        Arrays.fill(marks, Mark.NONE);
    }

    /** A crystal as it is. */
    public static CrystalPicture of(Crystal crystal) {
        return new CrystalPicture(crystal.lattice().matrix(), crystal.species(), crystal.frac());
    }

    /** A heading above the cell. */
    public CrystalPicture title(String text) {
        title = text;
        return this;
    }

    /**
     * Side of the square that the cell is drawn in; the legend and title come on top.
     *
     * @param pixels 120 to 2,000
     */
    public CrystalPicture size(double pixels) {
        if (!(pixels >= 120 && pixels <= 2000)) {
            throw new IllegalArgumentException("crystal picture: size " + pixels + ", expected 120 to 2000 pixels");
        }
        size = pixels;
        return this;
    }

    /**
     * Where the atoms ought to be.
     *
     * @param trueFrac fractional coordinates [N, 3]; the nearest image of each atom counts
     */
    public CrystalPicture truth(double[] trueFrac) {
        if (trueFrac.length != frac.length) {
            throw new IllegalArgumentException("crystal picture: " + trueFrac.length + " true coordinates for "
                    + species.length + " atoms, expected 3 per atom");
        }
        requireFinite(trueFrac);
        truth = trueFrac.clone();
        return this;
    }

    /** Marks a site by a ring: green if right, red if wrong. */
    public CrystalPicture mark(int site, boolean isRight) {
        marks[site] = isRight ? Mark.RIGHT : Mark.WRONG;
        return this;
    }

    /** The drawing. */
    public SvgPicture picture() {
        CrystalView view = new CrystalView(cell, size, size * MARGIN);
        double top = title.isEmpty() ? 0 : LINE;
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int z : species) {
            counts.merge(z, 1, Integer::sum);
        }
        Svg svg = new Svg();
        gradients(svg, counts);
        if (!title.isEmpty()) {
            svg.text(size / 2, 17, title, "middle", 14, Svg.INK, " font-weight=\"600\"");
        }
        svg.raw("<g transform=\"translate(0 " + Markup.coordinate(top) + ")\">");
        List<CellFrame.Ball> balls = balls(view);
        List<CellFrame.Item> items = new ArrayList<>();
        for (CellFrame.Ball ball : balls) {
            items.add(new CellFrame.Item(ball.at().depth(), () -> drawBall(svg, view, ball)));
        }
        CellFrame frame = new CellFrame(view, balls);
        frame.edges(svg, items);
        items.sort(Comparator.comparingDouble(CellFrame.Item::depth));
        items.forEach(item -> item.draw().run());
        frame.names(svg, size);
        svg.raw("</g>");
        double bottom = legend(svg, counts, top + size + 12);
        String label = title.isEmpty() ? "unit cell with " + species.length + " atoms" : title;
        return svg.picture(size, bottom, label);
    }

    private void gradients(Svg svg, Map<Integer, Integer> counts) {
        svg.raw("<defs>");
        for (int z : counts.keySet()) {
            if (z != 0) {
                ElementLook look = ElementLook.of(z);
                svg.raw("<radialGradient id=\"" + gradient(z)
                        + "\" cx=\"0.5\" cy=\"0.5\" r=\"0.5\" fx=\"0.34\" fy=\"0.3\">"
                        + stop(0, look.shade(0.75)) + stop(0.3, look.shade(0.18)) + stop(0.75, look.shade(-0.14))
                        + stop(1, look.shade(-0.42)) + "</radialGradient>");
            }
        }
        svg.raw("</defs>");
    }

    private static String stop(double offset, String colour) {
        return "<stop offset=\"" + Markup.coordinate(offset) + "\" stop-color=\"" + colour + "\"/>";
    }

    private static String gradient(int z) {
        return SvgPicture.ID + "z" + z;
    }

    /** All spheres to draw: every atom once inside, and again wherever its place touches the boundary. */
    private List<CellFrame.Ball> balls(CrystalView view) {
        List<CellFrame.Ball> balls = new ArrayList<>();
        for (int i = 0; i < species.length; i++) {
            double[] home = new double[3];
            double[] offset = new double[3];
            boolean[] twice = new boolean[3];
            for (int k = 0; k < 3; k++) {
                // Where the atom ought to be decides on the images, so that a displaced one shows at every corner.
                double anchor = truth == null ? frac[3 * i + k] : truth[3 * i + k];
                home[k] = anchor - Math.floor(anchor + BOUNDARY);
                twice[k] = Math.abs(home[k]) < BOUNDARY;
                double moved = frac[3 * i + k] - anchor;
                offset[k] = moved - Math.rint(moved);
            }
            for (int image = 0; image < 8; image++) {
                double[] shift = CrystalView.corner(image);
                if ((shift[0] == 0 || twice[0]) && (shift[1] == 0 || twice[1]) && (shift[2] == 0 || twice[2])) {
                    balls.add(ball(view, i, home, offset, shift));
                }
            }
        }
        return balls;
    }

    private CellFrame.Ball ball(CrystalView view, int site, double[] home, double[] offset, double[] shift) {
        double[] should = new double[3];
        double[] is = new double[3];
        for (int k = 0; k < 3; k++) {
            should[k] = home[k] + shift[k];
            is[k] = should[k] + offset[k];
        }
        double[] world = view.world(is);
        CrystalView.Point at = view.project(world);
        double radius = RADIUS_SCALE * ElementLook.of(species[site]).radius() * at.scale();
        return new CellFrame.Ball(site, world, at, radius, view.project(view.world(should)));
    }

    private void drawBall(Svg svg, CrystalView view, CellFrame.Ball ball) {
        double x = ball.at().x();
        double y = ball.at().y();
        double r = ball.radius();
        int z = species[ball.site()];
        if (z == 0) {
            unknown(svg, x, y, r);
        } else {
            String rim = ElementLook.of(z).shade(-0.55);
            svg.circle(x, y, r, "fill:url(#" + gradient(z) + ");stroke:" + rim, " stroke-width=\"0.7\"");
        }
        double far = Math.clamp(0.5 - ball.at().depth() / (2 * view.radius()), 0.0, 1.0);
        if (far > 0.02) {
            // What lies behind fades into the page, which tells near from far better than size.
            svg.circle(x, y, r + 0.5, "fill:" + Svg.PAPER, " fill-opacity=\"" + Markup.coordinate(0.45 * far) + "\"");
        }
        if (marks[ball.site()] != Mark.NONE) {
            String paint = marks[ball.site()] == Mark.RIGHT ? Svg.RIGHT : Svg.WRONG;
            svg.circle(x, y, r + 3, "fill:none;stroke:" + paint, " stroke-width=\"2.4\"");
        }
        double dx = x - ball.truth().x();
        double dy = y - ball.truth().y();
        double moved = Math.hypot(dx, dy);
        if (truth != null && moved >= LEAST_ARROW) {
            ghost(svg, ball, dx / moved, dy / moved, moved);
        }
    }

    private static void unknown(Svg svg, double x, double y, double r) {
        svg.circle(
                x,
                y,
                r,
                "fill:" + Svg.PAPER + ";stroke:" + Svg.MUTED,
                " fill-opacity=\"0.8\" stroke-width=\"1.6\" stroke-dasharray=\"3.5 2.5\"");
        svg.text(x, y + 0.36 * 1.3 * r, "?", "middle", 1.3 * r, Svg.MUTED, " font-weight=\"600\"");
    }

    /**
     * A ring where the atom ought to be, and an arrow from its middle to the atom's, over a light line to stand out. An
     * unknown atom has a question mark where the arrow would end.
     */
    private void ghost(Svg svg, CellFrame.Ball ball, double ux, double uy, double moved) {
        double x = ball.truth().x();
        double y = ball.truth().y();
        svg.circle(
                x,
                y,
                ball.radius(),
                "fill:none;stroke:" + Svg.INK,
                " stroke-width=\"0.9\" stroke-dasharray=\"2 2\" opacity=\"0.75\"");
        if (species[ball.site()] == 0) {
            return;
        }
        double head = Math.min(5, 0.6 * moved);
        double tipX = x + ux * moved;
        double tipY = y + uy * moved;
        Svg.Path arrow = new Svg.Path()
                .move(x, y)
                .to(tipX, tipY)
                .move(tipX - head * (ux - 0.6 * uy), tipY - head * (uy + 0.6 * ux))
                .to(tipX, tipY)
                .to(tipX - head * (ux + 0.6 * uy), tipY - head * (uy - 0.6 * ux));
        String shape = " stroke-linecap=\"round\" stroke-linejoin=\"round\"";
        svg.path(arrow, "fill:none;stroke:" + Svg.PAPER, " stroke-width=\"3.2\" stroke-opacity=\"0.85\"" + shape);
        svg.path(arrow, "fill:none;stroke:" + Svg.INK, " stroke-width=\"1.3\"" + shape);
    }

    /** Symbols with counts, in lines that fit; returns the lower edge. */
    private double legend(Svg svg, Map<Integer, Integer> counts, double top) {
        List<Integer> order = new ArrayList<>(counts.keySet());
        order.sort(Comparator.comparingInt(z -> z == 0 ? Integer.MAX_VALUE : z)); // the unknown ones last
        List<String> texts = order.stream()
                .map(z -> (z == 0 ? "masked" : ElementLook.of(z).symbol())
                        + (counts.get(z) == 1 ? "" : " \u00d7" + counts.get(z)))
                .toList();
        double y = top;
        int first = 0;
        while (first < order.size()) {
            double width = entryWidth(texts.get(first));
            int end = first + 1;
            while (end < order.size() && width + entryWidth(texts.get(end)) <= size) {
                width += entryWidth(texts.get(end));
                end++;
            }
            double x = (size - width) / 2 + 16;
            for (int i = first; i < end; i++) {
                legendEntry(svg, x, y, order.get(i), texts.get(i));
                x += entryWidth(texts.get(i));
            }
            first = end;
            y += LINE;
        }
        return y - 4;
    }

    private static double entryWidth(String text) {
        return 36 + 7.2 * text.length();
    }

    private static void legendEntry(Svg svg, double x, double y, int z, String text) {
        if (z == 0) {
            unknown(svg, x, y, 7);
        } else {
            String rim = ElementLook.of(z).shade(-0.55);
            svg.circle(x, y, 7, "fill:url(#" + gradient(z) + ");stroke:" + rim, " stroke-width=\"0.7\"");
        }
        svg.text(x + 12, y + 4.5, text, "start", 12.5, Svg.INK, "");
    }

    private static void requireFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "crystal picture: " + value + " among its numbers, expected finite ones");
            }
        }
    }
}
