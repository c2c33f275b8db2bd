package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import unitcell.crystal.io.Datum.Members;
import unitcell.crystal.io.Datum.Scalar;

/**
 * Records from objects with named values. The structure is a dictionary ({@link StructureData}) under {@code structure} or
 * {@code atoms}, CIF text under {@code cif} or {@code structure}, or in the object itself. The id comes from the first of
 * {@code id}, {@code material_id}, {@code mp_id}, {@code structure_id}, {@code jid}, {@code name}, {@code i} that is there.
 * Everything else becomes fields of the record, lists and objects as their JSON.
 */
final class ObjectRecords {
    private static final List<String> IDS = List.of("id", "material_id", "mp_id", "structure_id", "jid", "name", "i");
    private static final List<String> STRUCTURES = List.of("structure", "atoms", "cif");

    private final Plausibility plausibility;
    private final StructureData structures;

    ObjectRecords(String file, Plausibility plausibility) {
        this.plausibility = plausibility;
        this.structures = new StructureData(file, plausibility);
    }

    /** Whether an object holds a structure, or is one. */
    static boolean isRecord(Members object) {
        return StructureData.isStructure(object) || STRUCTURES.stream().anyMatch(object::has);
    }

    /**
     * The record of an object.
     *
     * @param unnamed its id if it names none
     * @param where its place
     */
    CrystalRecord record(Members object, String unnamed, Location where) {
        String id = id(object, unnamed);
        String key = STRUCTURES.stream().filter(object::has).findFirst().orElse("");
        RowFields fields = fields(object, key);
        try {
            if (key.isEmpty()) {
                return structures.record(object, id, where, fields);
            }
            return switch (object.get(key)) {
                case Members structure -> structures.record(structure, id, where, fields);
                case Scalar s when s.is(Datum.Type.TEXT) -> text(s.text(), key, id, where, fields);
                case Datum other ->
                    throw InputException.of(
                            Finding.Kind.EMPTY, where, "'" + key + "' is " + other.show() + ", expected a structure");
            };
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), id, fields);
        }
    }

    /**
     * The record of a structure in a text: a dictionary if it begins with a brace, otherwise CIF.
     *
     * @param key name of the field
     */
    CrystalRecord text(String text, String key, String id, Location where, RowFields fields) {
        if (text.isBlank()) {
            throw InputException.of(Finding.Kind.EMPTY, where, "(" + id + ") has an empty '" + key + "'");
        }
        if (text.stripLeading().startsWith("{")) {
            Datum value = LiteralParser.parse(text, key, where);
            if (value instanceof Members structure) {
                return structures.record(structure, id, where, fields);
            }
        }
        // Lines of the text are lines of its own.
        List<CifStructures.Outcome> outcomes = CifStructures.read(text, where + ": " + key, 1, plausibility);
        if (outcomes.size() > 1) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    where,
                    "(" + id + ") holds " + outcomes.size() + " structures, expected one");
        }
        return CifRecords.record(outcomes.get(0), id, where, fields, List.of());
    }

    private static String id(Members object, String unnamed) {
        for (String key : IDS) {
            if (object.get(key) instanceof Scalar s && !s.text().isBlank()) {
                return s.text().strip();
            }
        }
        return unnamed;
    }

    private static RowFields fields(Members object, String structureKey) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        boolean isStructure = structureKey.isEmpty();
        for (Map.Entry<String, Datum> member : object.values().entrySet()) {
            String name = member.getKey();
            boolean part =
                    name.equals(structureKey) || (isStructure && (AtomArrayData.isPart(name) || name.equals("sites")));
            if (!part) {
                names.add(name);
                values.add(member.getValue().fieldText());
            }
        }
        return new RowFields(List.copyOf(names), List.copyOf(values));
    }
}
