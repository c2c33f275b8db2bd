package unitcell.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.crystal.Composition;
import unitcell.crystal.Element;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.trainer.TrainerException;
import unitcell.trainer.reconstruct.MaskChoice;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.guide.AllowedSpecies;
import unitcell.trainer.reconstruct.guide.Goal;
import unitcell.trainer.reconstruct.guide.Guidance;

/** The options of {@code reconstruct} and what they resolve to. */
final class ReconstructArguments {
    private static final ValueType<Element> ELEMENT = new ValueType<>(
            "ELEMENT",
            "an element's symbol such as Fe",
            text -> Element.ofSymbol(text).filter(e -> !e.isUnknown()));

    private static final CommandOption<List<Element>> MASK =
            CommandOption.of("mask", ELEMENT.list(), "hide all sites of these elements");
    private static final CommandOption<List<Integer>> SITES = CommandOption.of(
            "mask-sites",
            ValueType.integer(0, Integer.MAX_VALUE).list(),
            "hide these atoms, counted from 0 in the order of the file, each site followed by its symmetry images: the"
                    + " order of the CIF that is written");
    private static final CommandOption<Double> RATIO = CommandOption.of(
            "mask-ratio",
            ValueType.number(0, 1),
            "hide this share of each crystal's sites at random, as training does; 0 hides none, so that only positions"
                    + " are restored");
    private static final CommandOption<Boolean> SPECIES =
            CommandOption.flag("mask-species", "hide all sites of one random species of each crystal");
    static final CommandOption<Double> NOISE = CommandOption.of(
                    "noise",
                    ValueType.number(0, 10),
                    "displace atoms first: standard deviation of each coordinate in shortest distances")
            .byDefault("0");
    static final List<CommandOption<?>> SPOIL = List.of(MASK, SITES, RATIO, SPECIES, NOISE);

    private static final CommandOption<List<Element>> ALLOW =
            CommandOption.of("allow", ELEMENT.list(), "let hidden sites get these elements only");
    private static final CommandOption<AllowedAt> ALLOW_AT = CommandOption.of(
            "allow-at",
            new ValueType<>(
                    "SITE=ELEMENT,...;...",
                    "sites, counted from 0, with elements, such as '0=Fe,Co;3=O', each site once",
                    AllowedAt::read),
            "let single hidden sites get these elements only, whatever --allow says: '0=Fe,Co;3=O'");
    private static final CommandOption<String> COMPOSITION = CommandOption.of(
            "composition",
            ValueType.text("FORMULA"),
            "what the completed crystal consists of, up to a whole factor: hidden sites get exactly the elements that"
                    + " visible ones leave, in the most probable assignment");
    private static final CommandOption<Boolean> NEUTRAL = CommandOption.flag(
            "neutral",
            "take the most probable assignment whose composition passes evaluate's rule of charges; a crystal for which"
                    + " none is found is completed without it and told");
    private static final CommandOption<Boolean> SYMMETRY = CommandOption.flag(
            "keep-symmetry",
            "give hidden sites that are equivalent by symmetry, within 0.1 A and before anything is chosen, one element"
                    + " in common; --noise leaves no symmetry to keep");
    private static final CommandOption<OxidationStates> OXIDATION =
            EvaluateCommand.OXIDATION.explained("oxidation states to judge charges by, as in evaluate");
    private static final CommandOption<Integer> LIMIT = CommandOption.of(
                    "search-limit",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "most compositions to try for each crystal before a search is given up; with --keep-symmetry,"
                            + " assignments")
            .byDefault(Integer.toString(Guidance.LIMIT));
    private static final CommandOption<Integer> CANDIDATES = CommandOption.of(
                    "candidates",
                    ValueType.integer(1, 10_000),
                    "ways to complete each crystal, the most probable assignments of species in order; from 2 on they"
                            + " are written as NAME.cand1.cif and so on, and --settle is implied")
            .byDefault("1");
    private static final CommandOption<Boolean> SETTLE = CommandOption.flag(
            "settle",
            "repeat the last pass for each candidate with the chosen species in sight and take its positions");
    static final List<CommandOption<?>> GUIDE =
            List.of(ALLOW, ALLOW_AT, COMPOSITION, NEUTRAL, SYMMETRY, OXIDATION, LIMIT, CANDIDATES, SETTLE);

    static final CommandOption<Path> DISCRIMINATOR = CommandOption.of(
            "discriminator",
            ValueType.path("PATH"),
            "a fine-tuned classifier of stability that takes part in ranking the candidates");
    static final CommandOption<Target> TARGET = CommandOption.of(
            "target",
            new ValueType<>("PATH=VALUE|min|max", "a model and a number, min or max: runs/bulk=120", Target::read),
            "a fine-tuned model of a property, and the value that the best candidate comes nearest to, or min or max");
    static final List<CommandOption<?>> RANK = List.of(DISCRIMINATOR, TARGET);

    private static final CommandOption<Integer> ROUNDS = CommandOption.of(
                    "rounds",
                    ValueType.integer(1, 100),
                    "passes through the network; each further one sees the positions of the one before and hides the"
                            + " same sites again")
            .byDefault("1");
    static final CommandOption<Integer> TOP = CommandOption.of(
                    "top", ValueType.integer(1, Element.MAX_Z), "species to tell for each hidden site")
            .byDefault("5");
    private static final CommandOption<Boolean> ALL_SPECIES = CommandOption.flag(
            "all-species", "let the network choose the species of visible sites too, as the published code does");
    private static final CommandOption<Integer> EDGES = CommandOption.of(
                    "edges-per-batch", ValueType.integer(1, Integer.MAX_VALUE), "most edges and atoms of a batch")
            .byDefault(Long.toString(Reconstructor.EDGES_PER_BATCH));
    static final List<CommandOption<?>> PASSES = List.of(ROUNDS, TOP, ALL_SPECIES, EDGES);

    private ReconstructArguments() {}

    /** Elements for single sites. */
    record AllowedAt(Map<Integer, List<Element>> sites) {
        static Optional<AllowedAt> read(String text) {
            Map<Integer, List<Element>> sites = new TreeMap<>();
            for (String part : text.split(";", -1)) {
                String[] sides = part.split("=", -1);
                Optional<Integer> site = sides.length == 2
                        ? ValueType.integer(0, Integer.MAX_VALUE).reader().read(sides[0].strip())
                        : Optional.empty();
                Optional<List<Element>> elements =
                        site.isPresent() ? ELEMENT.list().reader().read(sides[1]) : Optional.empty();
                if (elements.isEmpty() || sites.put(site.get(), elements.get()) != null) {
                    return Optional.empty();
                }
            }
            return Optional.of(new AllowedAt(sites));
        }
    }

    /** A model of a property and what to aim at. */
    record Target(Path model, Goal.Aim aim) {
        static Optional<Target> read(String text) {
            int at = text.lastIndexOf('=');
            Optional<Path> model =
                    at < 0 ? Optional.empty() : ValueType.path("PATH").reader().read(text.substring(0, at));
            return model.flatMap(path -> aim(text.substring(at + 1)).map(aim -> new Target(path, aim)));
        }

        private static Optional<Goal.Aim> aim(String text) {
            return switch (text) {
                case "min" -> Optional.of(new Goal.Aim.Lowest());
                case "max" -> Optional.of(new Goal.Aim.Highest());
                default ->
                    ValueType.number(-Double.MAX_VALUE, Double.MAX_VALUE)
                            .reader()
                            .read(text)
                            .map(Goal.Aim.Near::new);
            };
        }
    }

    /** An aim as a user would type it. */
    static String text(Goal.Aim aim) {
        return switch (aim) {
            case Goal.Aim.Near near -> Double.toString(near.value());
            case Goal.Aim.Lowest _ -> "min";
            case Goal.Aim.Highest _ -> "max";
        };
    }

    /** Which sites to hide. */
    static MaskChoice mask(Arguments arguments) {
        List<MaskChoice> choices = new ArrayList<>();
        arguments.find(MASK).ifPresent(elements -> choices.add(new MaskChoice.Elements(elements)));
        arguments.find(SITES).ifPresent(sites -> choices.add(new MaskChoice.Sites(sites)));
        arguments.find(RATIO).ifPresent(ratio -> choices.add(new MaskChoice.Random(ratio)));
        if (arguments.get(SPECIES)) {
            choices.add(new MaskChoice.Species());
        }
        if (choices.size() > 1) {
            throw TrainerException.usage("--mask, --mask-sites, --mask-ratio and --mask-species: found "
                    + choices.size() + " of them, expected one at most");
        }
        return choices.isEmpty() ? new MaskChoice.Unknown() : choices.get(0);
    }

    /** The rules that completed crystals are judged by. */
    static ValidityRules rules(Arguments arguments) {
        return ValidityRules.of(arguments.get(OXIDATION));
    }

    /** How crystals are passed through the network. */
    static Reconstructor.Options passes(Arguments arguments) {
        return new Reconstructor.Options(arguments.get(ROUNDS), arguments.get(ALL_SPECIES), arguments.get(EDGES));
    }

    /**
     * What is wanted of the species.
     *
     * @throws TrainerException if options contradict each other
     */
    static Guidance guidance(Arguments arguments) {
        int candidates = arguments.get(CANDIDATES);
        Guidance guidance = new Guidance(
                new AllowedSpecies(
                        arguments.find(ALLOW),
                        arguments.find(ALLOW_AT).map(AllowedAt::sites).orElse(Map.of())),
                arguments.find(COMPOSITION).map(ReconstructArguments::composition),
                arguments.get(NEUTRAL) ? Optional.of(rules(arguments)) : Optional.empty(),
                arguments.get(SYMMETRY),
                candidates,
                arguments.get(SETTLE) || candidates > 1,
                arguments.get(LIMIT));
        if (arguments.get(ALL_SPECIES) && !guidance.isNone()) {
            throw TrainerException.usage("--all-species goes with none of " + names(ALLOW, ALLOW_AT, COMPOSITION)
                    + ", --" + NEUTRAL.name() + ", --" + SYMMETRY.name() + " and --" + CANDIDATES.name()
                    + ", which take the visible species as given");
        }
        for (CommandOption<?> option : RANK) {
            if (arguments.isGiven(option) && candidates == 1) {
                throw TrainerException.usage("--" + option.name() + " ranks candidates: expected --" + CANDIDATES.name()
                        + " of 2 or more with it");
            }
        }
        return guidance;
    }

    private static Composition composition(String formula) {
        try {
            Composition composition = Composition.parse(formula);
            if (composition.count(Element.UNKNOWN_Z) > 0) {
                throw new IllegalArgumentException("formula '" + formula + "' has the unknown species X");
            }
            return composition;
        } catch (IllegalArgumentException e) {
            throw TrainerException.usage("--" + COMPOSITION.name() + ": " + e.getMessage()
                    + "; expected a formula of known elements such as LiFePO4");
        }
    }

    /** Whether files carry the number of the candidate. */
    static boolean numbered(Arguments arguments) {
        return arguments.get(CANDIDATES) > 1;
    }

    private static String names(CommandOption<?>... options) {
        return String.join(
                ", ", Arrays.stream(options).map(o -> "--" + o.name()).toList());
    }
}
