/**
 * Crystals from files and to files.
 *
 * <p>Data flow: {@link unitcell.crystal.io.CrystalSource} finds the files behind a path, a folder or a glob;
 * {@link unitcell.crystal.io.CrystalRecords} streams them, one {@link unitcell.crystal.io.CrystalRecord} at a time, in
 * a stable order and constant memory. CIF text goes through {@link unitcell.crystal.io.CifParser} (strict CIF 1.1
 * syntax) and {@link unitcell.crystal.io.CifStructures} (meaning: cell, symmetry, sites), which names everything it
 * finds as a {@link unitcell.crystal.io.Finding}. Dictionaries of pymatgen, ASE and JARVIS, in JSON or as Python prints
 * them, become data without meaning first and then a crystal; a record is held in memory as a whole, a file only where its
 * layout leaves no choice.
 *
 * <p>Bad input never throws anything but {@link unitcell.crystal.io.InputException}, whose message is one line that
 * starts with {@code file:line:column}. Lines and columns count from 1, columns in characters.
 */
package unitcell.crystal.io;
