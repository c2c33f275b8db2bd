package unitcell.crystal;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A chemical element, or the unknown species {@code X} (atomic number 0) that stands for a masked site.
 *
 * <p>Instances are interned: there is exactly one per atomic number, so identity and equality agree. Symbols and names
 * are those of IUPAC (2016).
 *
 * @param z atomic number, 0 (unknown) to {@link #MAX_Z}
 * @param symbol IUPAC symbol, {@code X} for the unknown species
 * @param name English name, lower case
 * @param period row 1 to 7 of the periodic table, 0 for {@code X}
 * @param group column 1 to 18 of the periodic table; 3 for all lanthanides and actinides, 0 for {@code X}
 */
public record Element(int z, String symbol, String name, int period, int group) {
    /** Largest atomic number. */
    public static final int MAX_Z = 118;
    /** Atomic number of a masked or unknown site. */
    public static final int UNKNOWN_Z = 0;

    // One entry per atomic number from 1, in order: symbol and name.
    private static final String NAMES = """
            H hydrogen, He helium, Li lithium, Be beryllium, B boron, C carbon, N nitrogen, O oxygen, F fluorine,
            Ne neon, Na sodium, Mg magnesium, Al aluminium, Si silicon, P phosphorus, S sulfur, Cl chlorine, Ar argon,
            K potassium, Ca calcium, Sc scandium, Ti titanium, V vanadium, Cr chromium, Mn manganese, Fe iron,
            Co cobalt, Ni nickel, Cu copper, Zn zinc, Ga gallium, Ge germanium, As arsenic, Se selenium, Br bromine,
            Kr krypton, Rb rubidium, Sr strontium, Y yttrium, Zr zirconium, Nb niobium, Mo molybdenum, Tc technetium,
            Ru ruthenium, Rh rhodium, Pd palladium, Ag silver, Cd cadmium, In indium, Sn tin, Sb antimony,
            Te tellurium, I iodine, Xe xenon, Cs caesium, Ba barium, La lanthanum, Ce cerium, Pr praseodymium,
            Nd neodymium, Pm promethium, Sm samarium, Eu europium, Gd gadolinium, Tb terbium, Dy dysprosium,
            Ho holmium, Er erbium, Tm thulium, Yb ytterbium, Lu lutetium, Hf hafnium, Ta tantalum, W tungsten,
            Re rhenium, Os osmium, Ir iridium, Pt platinum, Au gold, Hg mercury, Tl thallium, Pb lead, Bi bismuth,
            Po polonium, At astatine, Rn radon, Fr francium, Ra radium, Ac actinium, Th thorium, Pa protactinium,
            U uranium, Np neptunium, Pu plutonium, Am americium, Cm curium, Bk berkelium, Cf californium,
            Es einsteinium, Fm fermium, Md mendelevium, No nobelium, Lr lawrencium, Rf rutherfordium, Db dubnium,
            Sg seaborgium, Bh bohrium, Hs hassium, Mt meitnerium, Ds darmstadtium, Rg roentgenium, Cn copernicium,
            Nh nihonium, Fl flerovium, Mc moscovium, Lv livermorium, Ts tennessine, Og oganesson""";

    private static final int[] NOBLE = {0, 2, 10, 18, 36, 54, 86, 118};
    private static final List<Element> ALL = parseTable();
    private static final Map<String, Element> BY_SYMBOL = index();

    private static List<Element> parseTable() {
        String[] entries = NAMES.split(",\\s+");
        Element[] all = new Element[MAX_Z + 1];
        all[0] = new Element(0, "X", "unknown", 0, 0);
        for (int z = 1; z <= MAX_Z; z++) {
            String[] words = entries[z - 1].split(" ");
            int period = periodOf(z);
            all[z] = new Element(z, words[0], words[1], period, groupOf(z, period));
        }
        return List.of(all);
    }

    private static Map<String, Element> index() {
        Map<String, Element> map = new HashMap<>();
        for (Element e : ALL) {
            map.put(e.symbol, e);
        }
        return Map.copyOf(map);
    }

    private static int periodOf(int z) {
        int period = 1;
        while (z > NOBLE[period]) {
            period++;
        }
        return period;
    }

    private static int groupOf(int z, int period) {
        int fromStart = z - NOBLE[period - 1]; // 1 = alkali metal
        int fromEnd = NOBLE[period] - z; // 0 = noble gas
        if (z == 1) {
            return 1;
        }
        if (fromStart <= 2 && z != 2) {
            return fromStart;
        }
        if (period >= 6 && fromStart <= 17) {
            return 3; // 57..71 and 89..103
        }
        return 18 - fromEnd;
    }

    /**
     * The element with an atomic number.
     *
     * @param z 0 to {@link #MAX_Z}
     * @throws IllegalArgumentException for any other number
     */
    public static Element of(int z) {
        if (z < 0 || z > MAX_Z) {
            throw new IllegalArgumentException("atomic number " + z + " is outside 0.." + MAX_Z);
        }
        return ALL.get(z);
    }

    /** All elements in order of atomic number, index 0 being {@code X}. */
    public static List<Element> all() {
        return ALL;
    }

    /**
     * The element with a symbol, whatever its case ({@code CL}, {@code cl} and {@code Cl} are chlorine). Deuterium and
     * tritium ({@code D}, {@code T}) are hydrogen here; {@link #isHydrogenIsotope} tells a caller who wants to note it.
     *
     * @return empty if no element has this symbol
     */
    public static Optional<Element> ofSymbol(String symbol) {
        Element exact = BY_SYMBOL.get(symbol);
        if (exact != null) {
            return Optional.of(exact);
        }
        if (symbol.isEmpty() || symbol.length() > 2) {
            return Optional.empty();
        }
        if (isHydrogenIsotope(symbol)) {
            return Optional.of(of(1));
        }
        String lower = symbol.toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_SYMBOL.get(Character.toUpperCase(lower.charAt(0)) + lower.substring(1)));
    }

    /** True for {@code D} and {@code T}, which {@link #ofSymbol} reads as hydrogen. */
    public static boolean isHydrogenIsotope(String symbol) {
        return symbol.equalsIgnoreCase("D") || symbol.equalsIgnoreCase("T");
    }

    /** True for the masked or unknown species. */
    public boolean isUnknown() {
        return z == UNKNOWN_Z;
    }

    /** True for Z = 57..71, drawn on a row of their own in the usual table. */
    public boolean isLanthanide() {
        return z >= 57 && z <= 71;
    }

    /** True for Z = 89..103, drawn on a row of their own in the usual table. */
    public boolean isActinide() {
        return z >= 89 && z <= 103;
    }

    /** Row of the usual 18-column drawing: the period, or 8 and 9 for lanthanides and actinides; 0 for {@code X}. */
    public int tableRow() {
        return isLanthanide() ? 8 : isActinide() ? 9 : period;
    }

    /** Column 1 to 18 of the usual drawing; lanthanides and actinides fill columns 3 to 17; 0 for {@code X}. */
    public int tableColumn() {
        return isLanthanide() ? z - 57 + 3 : isActinide() ? z - 89 + 3 : group;
    }

    @Override
    public String toString() {
        return symbol;
    }
}
