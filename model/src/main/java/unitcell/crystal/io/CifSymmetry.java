package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The symmetry operations of a CIF block.
 *
 * <p>Only listed operations are used: {@code _space_group_symop_operation_xyz}, the older
 * {@code _symmetry_equiv_pos_as_xyz}, or in magnetic CIF the {@code magn_operation} loop times the
 * {@code magn_centering} loop (which wins if both are there, since the cell is the magnetic one). A block that names a
 * space group other than P 1 without listing operations is refused: reading only the asymmetric unit would be silently
 * wrong. A block that says nothing about symmetry is taken as P 1, with a warning.
 */
final class CifSymmetry {
    private CifSymmetry() {}

    private static final String[] OPERATIONS = {"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"};
    private static final String[] MAGNETIC = {"_space_group_symop_magn_operation_xyz"};
    private static final String[] CENTRING = {"_space_group_symop_magn_centering_xyz"};
    private static final String[] NAMES = {
        "_space_group_name_h-m_alt",
        "_symmetry_space_group_name_h-m",
        "_space_group_name_hall",
        "_symmetry_space_group_name_hall",
        "_space_group_name_h-m_full"
    };
    private static final String[] NUMBERS = {"_space_group_it_number", "_symmetry_int_tables_number"};
    private static final String[] MAGNETIC_NAMES = {
        "_space_group_magn_name_bns", "_space_group_magn_number_bns", "_space_group_magn_ssg_number"
    };

    /** The distinct operations, identity first; empty after reporting an error. */
    static List<SymmetryOperation> read(CifBlock block, Findings findings) {
        List<CifValue> listed = block.column(MAGNETIC);
        boolean magnetic = !listed.isEmpty();
        if (!magnetic) {
            listed = block.column(OPERATIONS);
        }
        listed = listed.stream().filter(v -> !v.isMissing()).toList();
        if (listed.isEmpty()) {
            return unlisted(block, findings);
        }
        List<SymmetryOperation> operations = parse(listed, findings);
        List<CifValue> centring = magnetic ? block.column(CENTRING) : List.of();
        if (!centring.isEmpty()) {
            operations = multiply(parse(centring, findings), operations, centring.get(0), findings);
        }
        if (findings.hasError() && !findings.mayTellAtoms()) {
            return List.of();
        }
        return check(distinct(operations), listed.get(0), namedGroup(block), findings);
    }

    private static List<SymmetryOperation> parse(List<CifValue> values, Findings findings) {
        List<SymmetryOperation> out = new ArrayList<>();
        if (values.size() > InputLimits.MAX_OPERATIONS) {
            findings.add(
                    Finding.Kind.TOO_LARGE,
                    values.get(0),
                    values.size() + " symmetry operations, the limit is " + InputLimits.MAX_OPERATIONS);
            return out;
        }
        for (CifValue value : values) {
            try {
                out.add(SymmetryOperation.parse(value.text()));
            } catch (IllegalArgumentException e) {
                findings.add(Finding.Kind.SYMMETRY_OPERATION, value, e.getMessage());
            }
        }
        return out;
    }

    private static List<SymmetryOperation> multiply(
            List<SymmetryOperation> outer, List<SymmetryOperation> inner, CifValue where, Findings findings) {
        List<SymmetryOperation> out = new ArrayList<>();
        if ((long) outer.size() * inner.size() > InputLimits.MAX_OPERATIONS) {
            findings.add(
                    Finding.Kind.TOO_LARGE,
                    where,
                    outer.size() + " centring times " + inner.size() + " symmetry operations, the limit is "
                            + InputLimits.MAX_OPERATIONS);
            return out;
        }
        for (SymmetryOperation centring : outer) {
            for (SymmetryOperation operation : inner) {
                out.add(centring.after(operation));
            }
        }
        return out;
    }

    // A key that sets can hold.
    private record Key(int[] numbers) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && Arrays.equals(numbers, that.numbers);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(numbers);
        }
    }

    private static List<SymmetryOperation> distinct(List<SymmetryOperation> operations) {
        List<SymmetryOperation> out = new ArrayList<>();
        Set<Key> seen = new HashSet<>();
        out.add(SymmetryOperation.IDENTITY);
        seen.add(new Key(SymmetryOperation.IDENTITY.key()));
        for (SymmetryOperation operation : operations) {
            if (seen.add(new Key(operation.key()))) {
                out.add(operation);
            }
        }
        return out;
    }

    private static List<SymmetryOperation> check(
            List<SymmetryOperation> operations, CifValue where, Optional<CifValue> named, Findings findings) {
        if (operations.size() == 1) {
            named.ifPresent(name -> findings.add(
                    Finding.Kind.SYMMETRY_INCONSISTENT,
                    name,
                    "space group '" + Findings.show(name.text())
                            + "' is named but only x,y,z is listed: read with the listed operation"));
        } else if (operations.size() <= 384 && !isGroup(operations)) {
            findings.add(
                    Finding.Kind.SYMMETRY_INCONSISTENT,
                    where,
                    "the " + operations.size() + " symmetry operations listed do not form a group");
        }
        return operations;
    }

    private static boolean isGroup(List<SymmetryOperation> operations) {
        Set<Key> keys = new HashSet<>();
        for (SymmetryOperation operation : operations) {
            keys.add(new Key(operation.key()));
        }
        for (SymmetryOperation a : operations) {
            for (SymmetryOperation b : operations) {
                if (!keys.contains(new Key(a.after(b).key()))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<SymmetryOperation> unlisted(CifBlock block, Findings findings) {
        Optional<CifValue> named = namedGroup(block);
        if (named.isPresent()) {
            findings.add(
                    Finding.Kind.SYMMETRY_MISSING,
                    named.get(),
                    "space group '" + Findings.show(named.get().text())
                            + "' is named but no symmetry operations are listed: add them"
                            + " (_space_group_symop_operation_xyz) or expand the file to P 1");
            return List.of();
        }
        boolean saysP1 = block.value(NAMES).isPresent() || block.value(NUMBERS).isPresent();
        if (!saysP1) {
            findings.add(
                    Finding.Kind.SYMMETRY_ASSUMED_P1,
                    block.line(),
                    "no symmetry is given: the sites are taken as the whole cell (P 1)");
        }
        return List.of(SymmetryOperation.IDENTITY);
    }

    // The value that names a space group other than P 1, if any does.
    private static Optional<CifValue> namedGroup(CifBlock block) {
        for (String tag : NAMES) {
            Optional<CifValue> name = block.value(tag);
            if (name.isPresent() && !isP1(name.get().text())) {
                return name;
            }
        }
        for (String tag : NUMBERS) {
            Optional<CifValue> number = block.value(tag);
            if (number.isPresent() && CifNumbers.parse(number.get().text()) != 1) {
                return number;
            }
        }
        return block.value(MAGNETIC_NAMES);
    }

    private static boolean isP1(String name) {
        String plain = name.replaceAll("\\s+", "").toLowerCase(Locale.ROOT);
        return plain.isEmpty() || plain.equals("p1");
    }
}
