package unitcell.trainer.report;

/**
 * The camera of a crystal picture. The cell is looked at as crystals usually are: c upwards, b to the right, a towards
 * the reader and to the left, from a little above; with a mild perspective. Of a long cell the longest edge goes upwards
 * and the shortest towards the reader, or most of it would be foreshortened. The view depends on the cell alone, so
 * that pictures of one cell with different atoms can be laid side by side.
 *
 * <p>World coordinates in angstrom, screen coordinates in pixels with y downwards. Depth grows towards the reader and is
 * 0 at the middle of the cell.
 */
final class CrystalView {
    private static final double AZIMUTH = Math.toRadians(24);
    private static final double ELEVATION = Math.toRadians(15);
    /** Distance of the eye, in radii of the cell: large is flat, small distorts. */
    private static final double EYE = 6.0;
    /** From this ratio of its longest to its shortest edge on a cell is long. */
    private static final double LONG = 1.8;

    private final double[] cell;
    private final double[] right;
    private final double[] up;
    private final double[] towards;
    private final double[] middle;
    private final double radius;
    private double scale = 1;
    private double originX;
    private double originY;

    /** A point on the screen: pixels, depth in angstrom, and pixels per angstrom at that depth. */
    record Point(double x, double y, double depth, double scale) {}

    /**
     * @param cell rows are lattice vectors, 9 numbers, not all in one plane
     * @param size side of the square that the picture has to fit into, pixels
     * @param margin free space on all sides for atoms that stand out, pixels
     */
    CrystalView(double[] cell, double size, double margin) {
        this.cell = cell.clone();
        int[] roles = roles();
        double[] z = unit(row(roles[2]));
        double[] y = unit(without(row(roles[1]), z));
        double[] x = cross(y, z);
        if (dot(x, row(roles[0])) < 0) {
            // A left-handed choice of edges: turned about the upward one, not mirrored, the third points to the reader.
            x = combine(x, -1, x, 0);
            y = combine(y, -1, y, 0);
        }
        double ca = Math.cos(AZIMUTH);
        double sa = Math.sin(AZIMUTH);
        double ce = Math.cos(ELEVATION);
        double se = Math.sin(ELEVATION);
        right = combine(x, -sa, y, ca);
        towards = combine(combine(x, ca, y, sa), ce, z, se);
        up = cross(towards, right);
        middle = world(new double[] {0.5, 0.5, 0.5});
        double largest = 0;
        for (int corner = 0; corner < 8; corner++) {
            largest = Math.max(largest, length(combine(world(corner(corner)), 1, middle, -1)));
        }
        radius = largest;
        fit(size, margin);
    }

    /** Which lattice vectors point towards the reader, to the right and upwards. */
    private int[] roles() {
        int longest = 2;
        int shortest = 0;
        for (int axis = 1; axis >= 0; axis--) {
            longest = length(row(axis)) > length(row(longest)) * (1 + 1e-9) ? axis : longest;
        }
        for (int axis = 1; axis < 3; axis++) {
            shortest = length(row(axis)) < length(row(shortest)) * (1 - 1e-9) ? axis : shortest;
        }
        boolean isLong = length(row(longest)) > LONG * length(row(shortest));
        return isLong ? new int[] {shortest, 3 - shortest - longest, longest} : new int[] {0, 1, 2};
    }

    /** Fractional coordinates of corner 0..7: bit k says whether lattice vector k is added. */
    static double[] corner(int corner) {
        return new double[] {corner & 1, corner >> 1 & 1, corner >> 2 & 1};
    }

    /** Cartesian from fractional coordinates. */
    double[] world(double[] frac) {
        double[] r = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                r[k] += frac[i] * cell[3 * i + k];
            }
        }
        return r;
    }

    /** Where a point of the world is seen. */
    Point project(double[] world) {
        double[] r = combine(world, 1, middle, -1);
        double depth = dot(r, towards);
        double perspective = scale * EYE * radius / (EYE * radius - depth);
        return new Point(originX + perspective * dot(r, right), originY - perspective * dot(r, up), depth, perspective);
    }

    /** Half the diagonal of the cell, angstrom: depths of the cell lie within plus and minus this. */
    double radius() {
        return radius;
    }

    /** Scale and origin such that all corners just fit. */
    private void fit(double size, double margin) {
        double[] box = {1e300, -1e300, 1e300, -1e300};
        for (int corner = 0; corner < 8; corner++) {
            Point p = project(world(corner(corner)));
            box[0] = Math.min(box[0], p.x());
            box[1] = Math.max(box[1], p.x());
            box[2] = Math.min(box[2], p.y());
            box[3] = Math.max(box[3], p.y());
        }
        double widest = Math.max(box[1] - box[0], box[3] - box[2]);
        scale = (size - 2 * margin) / widest;
        originX = size / 2 - scale * (box[0] + box[1]) / 2;
        originY = size / 2 - scale * (box[2] + box[3]) / 2;
    }

    private double[] row(int i) {
        return new double[] {cell[3 * i], cell[3 * i + 1], cell[3 * i + 2]};
    }

    private static double[] combine(double[] a, double fa, double[] b, double fb) {
        return new double[] {fa * a[0] + fb * b[0], fa * a[1] + fb * b[1], fa * a[2] + fb * b[2]};
    }

    private static double[] without(double[] a, double[] direction) {
        return combine(a, 1, direction, -dot(a, direction));
    }

    private static double[] unit(double[] a) {
        return combine(a, 1 / length(a), a, 0);
    }

    private static double[] cross(double[] a, double[] b) {
        return new double[] {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    private static double length(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
