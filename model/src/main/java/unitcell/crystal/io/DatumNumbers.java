package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Element;
import unitcell.crystal.io.Datum.Items;
import unitcell.crystal.io.Datum.Scalar;

/** Numbers, elements and switches in data, with the place and the name of what is none of them in the message. */
final class DatumNumbers {
    private static final int MAX_NUMBERS = 3 * InputLimits.MAX_ATOMS;

    private final String file;

    DatumNumbers(String file) {
        this.file = file;
    }

    /** The complaint that a value is not what is expected. */
    InputException unexpected(Datum value, String name, String expected) {
        return InputException.of(
                Finding.Kind.SYNTAX, where(value), "'" + name + "': found " + value.show() + ", expected " + expected);
    }

    Location where(Datum value) {
        return new Location(file, value.line(), value.column());
    }

    /** One number, finite or not. */
    double number(Datum value, String name) {
        if (value instanceof Scalar s && s.is(Datum.Type.NUMBER)) {
            return switch (s.text()) {
                case "NaN" -> Double.NaN;
                case "Infinity", "INF", "+INF", "+Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity", "-INF" -> Double.NEGATIVE_INFINITY;
                default -> CifNumbers.parse(s.text());
            };
        }
        throw unexpected(value, name, "a number");
    }

    /** All numbers of a list, nested or not. */
    double[] numbers(Datum value, String name) {
        List<Double> numbers = new ArrayList<>();
        collect(items(value, name), name, numbers);
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void collect(Items list, String name, List<Double> numbers) {
        for (Datum value : list.values()) {
            if (value instanceof Items inner) {
                collect(inner, name, numbers);
            } else {
                requireAtoms(numbers.size() < MAX_NUMBERS, value, name);
                numbers.add(number(value, name));
            }
        }
    }

    Items items(Datum value, String name) {
        if (value instanceof Items list) {
            return list;
        }
        throw unexpected(value, name, "a list");
    }

    Datum.Members members(Datum value, String name) {
        if (value instanceof Datum.Members members) {
            return members;
        }
        throw unexpected(value, name, "an object");
    }

    private void requireAtoms(boolean condition, Datum value, String name) {
        if (!condition) {
            throw InputException.of(
                    Finding.Kind.TOO_LARGE,
                    where(value),
                    "'" + name + "' is of more than " + InputLimits.MAX_ATOMS + " atoms, which is the limit");
        }
    }

    /** A list of element symbols or atomic numbers. */
    int[] species(Datum value, String name, Findings findings) {
        List<Datum> list = items(value, name).values();
        requireAtoms(list.size() <= InputLimits.MAX_ATOMS, value, name);
        int[] species = new int[list.size()];
        Arrays.setAll(species, i -> element(list.get(i), name, findings));
        return species;
    }

    /** Atomic number of a symbol or an atomic number. */
    int element(Datum value, String name, Findings findings) {
        if (value instanceof Scalar s && s.is(Datum.Type.NUMBER) && s.text().matches("[0-9]{1,3}")) {
            int z = Integer.parseInt(s.text());
            if (z <= Element.MAX_Z) {
                return z;
            }
        }
        if (value instanceof Scalar s && s.is(Datum.Type.TEXT)) {
            Optional<Element> element = Element.ofSymbol(s.text());
            if (element.isPresent()) {
                if (Element.isHydrogenIsotope(s.text())) {
                    findings.add(
                            Finding.Kind.HYDROGEN_ISOTOPE,
                            where(value),
                            "hydrogen isotope '" + s.text() + "' is read as hydrogen");
                }
                return element.get().z();
            }
        }
        throw unexpected(value, name, "an element symbol, or an atomic number up to " + Element.MAX_Z);
    }

    /** A switch: true, false, 1 or 0. */
    boolean flag(Datum value, String name) {
        if (value instanceof Scalar s && s.is(Datum.Type.FLAG)) {
            return s.text().equals("true");
        }
        if (value instanceof Scalar s
                && s.is(Datum.Type.NUMBER)
                && (s.text().equals("1") || s.text().equals("0"))) {
            return s.text().equals("1");
        }
        throw unexpected(value, name, "true or false");
    }

    /** Refuses what is not periodic in all three directions: a switch for all, or one for each. */
    void requirePeriodic(Datum value, String name) {
        List<Datum> switches = value instanceof Items list ? list.values() : List.of(value, value, value);
        if (switches.size() != 3) {
            throw unexpected(value, name, "three times true");
        }
        for (Datum each : switches) {
            if (!flag(each, name)) {
                throw InputException.of(
                        Finding.Kind.NO_STRUCTURE,
                        where(value),
                        "'" + name + "' is " + value.fieldText()
                                + ": not periodic in every direction, which a crystal is");
            }
        }
    }
}
