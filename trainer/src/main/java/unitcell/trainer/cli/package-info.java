/**
 * The command line: one {@code ...Command} class for each command, thin adapters from options to the packages that do
 * the work, which know nothing of the command line.
 *
 * <p>Data flow: {@link unitcell.trainer.cli.Main} finds the command in {@code Commands} (to add a command, write a
 * {@code Command} and add it to that list), {@code ArgumentParser} turns words and {@code --config} files into
 * {@code Arguments} whose values are typed and in range, the command runs, and {@code Failures} turns whatever it
 * throws into one line and an exit status. Options used by several commands are defined once, in
 * {@code SharedOptions}.
 */
package unitcell.trainer.cli;
