package unitcell.trainer.report;

import java.util.List;

/**
 * The edges of a drawn cell and the names of its axes, around spheres that hide what lies behind them.
 *
 * @param balls all spheres of the drawing
 */
record CellFrame(CrystalView view, List<Ball> balls) {
    /** Pieces an edge is cut into, so that atoms may hide parts of it. */
    private static final int PIECES = 18;

    /**
     * One drawn sphere.
     *
     * @param site the atom it shows
     * @param world its centre, angstrom
     * @param at its centre on the screen
     * @param radius in pixels
     * @param truth where its centre ought to be on the screen
     */
    record Ball(int site, double[] world, CrystalView.Point at, double radius, CrystalView.Point truth) {}

    /** Something with a depth: the nearer, the later drawn. */
    record Item(double depth, Runnable draw) {}

    /** The twelve edges in pieces; those inside a sphere are left out, for its middle may be behind them. */
    void edges(Svg svg, List<Item> items) {
        int hidden = farthestCorner();
        for (int corner = 0; corner < 8; corner++) {
            for (int axis = 0; axis < 3; axis++) {
                int other = corner | 1 << axis;
                if (other != corner) {
                    boolean behind = corner == hidden || other == hidden;
                    edge(svg, items, CrystalView.corner(corner), axis, behind);
                }
            }
        }
    }

    private void edge(Svg svg, List<Item> items, double[] from, int axis, boolean behind) {
        for (int piece = 0; piece < PIECES; piece++) {
            if (behind && piece % 2 == 1) {
                continue; // dashes
            }
            double[] a = from.clone();
            double[] b = from.clone();
            a[axis] += (double) piece / PIECES;
            b[axis] += (piece + 1.0) / PIECES;
            double[] start = view.world(a);
            double[] end = view.world(b);
            double[] half = {(start[0] + end[0]) / 2, (start[1] + end[1]) / 2, (start[2] + end[2]) / 2};
            if (balls.stream()
                    .anyMatch(ball -> distance(ball.world(), half) * ball.at().scale() < ball.radius())) {
                continue;
            }
            CrystalView.Point p = view.project(start);
            CrystalView.Point q = view.project(end);
            String extra = " stroke-linecap=\"round\"" + (behind ? " opacity=\"0.6\"" : "");
            items.add(new Item(
                    view.project(half).depth(),
                    () -> svg.line(p.x(), p.y(), q.x(), q.y(), Svg.MUTED, behind ? 0.9 : 1.3, extra)));
        }
    }

    private int farthestCorner() {
        int farthest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int corner = 0; corner < 8; corner++) {
            double depth = view.project(view.world(CrystalView.corner(corner))).depth();
            if (depth < least) {
                least = depth;
                farthest = corner;
            }
        }
        return farthest;
    }

    /** a, b and c, each beyond the end of its edge, past the sphere there, with a rim to be readable over others. */
    void names(Svg svg, double size) {
        for (int axis = 0; axis < 3; axis++) {
            double[] end = new double[3];
            end[axis] = 1;
            CrystalView.Point origin = view.project(view.world(new double[3]));
            CrystalView.Point tip = view.project(view.world(end));
            double length = Math.hypot(tip.x() - origin.x(), tip.y() - origin.y());
            double ux = length > 1 ? (tip.x() - origin.x()) / length : 0;
            double uy = length > 1 ? (tip.y() - origin.y()) / length : -1;
            double x = tip.x() + 14 * ux;
            double y = tip.y() + 14 * uy;
            for (int step = 0; step < 40 && isCovered(x, y); step++) {
                x += 2 * ux;
                y += 2 * uy;
            }
            svg.text(
                    Math.clamp(x, 8, size - 8),
                    Math.clamp(y, 12, size - 2) + 4,
                    "abc".substring(axis, axis + 1),
                    "middle",
                    13,
                    Svg.MUTED,
                    " font-style=\"italic\" paint-order=\"stroke\" stroke-width=\"3\" stroke-linejoin=\"round\" stroke=\""
                            + Svg.PAPER + "\"");
        }
    }

    private boolean isCovered(double x, double y) {
        return balls.stream()
                .anyMatch(ball -> Math.hypot(ball.at().x() - x, ball.at().y() - y) < ball.radius() + 8);
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    }
}
