package unitcell.trainer.cli;

/**
 * An argument without a name.
 *
 * @param name in capitals, as {@code DIR}
 * @param help one line
 */
record Operand(String name, String help) {}
