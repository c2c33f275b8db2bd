package unitcell.crystal.io;

/** What reading does about a cell or coordinates that no real crystal has. */
public enum Plausibility {
    /** Refuses a structure whose cell is outside {@link InputLimits} and warns of atoms too close: for learning from it. */
    REQUIRED,
    /**
     * Reads every cell that spans a volume, with a warning. A structure whose cell spans none or whose coordinates are no
     * finite numbers is refused, but {@link CrystalRecord.Refused#composition} tells its atoms. Distances
     * are not looked at. For judging what a program made up, where a structure left out would flatter it.
     */
    REPORTED
}
