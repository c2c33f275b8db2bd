package unitcell.trainer.reconstruct.guide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.net.SpeciesRanking;

/** What is wanted of species, from crystals and logits to chosen elements, against all assignments written out. */
class GuidanceTest {
    private static final ValidityRules RULES = ValidityRules.of(OxidationStates.SMACT14);
    private static final int ROWS = 119;

    private static Crystal crystal(int... species) {
        double[] frac = new double[3 * species.length];
        for (int i = 0; i < frac.length; i++) {
            frac[i] = Math.sin(5 * i + 1) / 2; // no symmetry connects the sites
        }
        return new Crystal("c", Lattice.ofParameters(5, 6, 7, 80, 95, 100), species, frac);
    }

    private static List<Element> elements(String... symbols) {
        return Arrays.stream(symbols)
                .map(s -> Element.ofSymbol(s).orElseThrow())
                .toList();
    }

    private static Guidance guidance(AllowedSpecies allowed, String formula, boolean neutral, int candidates) {
        return new Guidance(
                allowed,
                formula.isEmpty() ? Optional.empty() : Optional.of(Composition.parse(formula)),
                neutral ? Optional.of(RULES) : Optional.empty(),
                false,
                candidates,
                false,
                Guidance.LIMIT);
    }

    private static AllowedSpecies everywhere(String... symbols) {
        return new AllowedSpecies(Optional.of(elements(symbols)), Map.of());
    }

    private static List<SpeciesRanking> rankings(Random random, int sites) {
        List<SpeciesRanking> rankings = new ArrayList<>();
        for (int s = 0; s < sites; s++) {
            float[] logits = new float[118];
            for (int k = 0; k < logits.length; k++) {
                logits[k] = 3 * (float) random.nextGaussian();
            }
            rankings.add(new SpeciesRanking(logits, 0, 118));
        }
        return rankings;
    }

    /** All choices of some elements, the best first, as far as they pass a test; probabilities over these elements. */
    private static List<SpeciesChoice> all(
            List<SpeciesRanking> rankings, List<List<Element>> allowed, Predicate<int[]> test) {
        List<SpeciesChoice> all = new ArrayList<>();
        extend(rankings, allowed, new int[rankings.size()], 0, 0, all);
        all.removeIf(choice -> !test.test(choice.species()));
        all.sort(Comparator.comparingDouble(choice -> -choice.logProbability()));
        return all;
    }

    private static void extend(
            List<SpeciesRanking> rankings,
            List<List<Element>> allowed,
            int[] part,
            int site,
            double sum,
            List<SpeciesChoice> all) {
        if (site == part.length) {
            all.add(new SpeciesChoice(part.clone(), sum));
            return;
        }
        SpeciesRanking ranking = rankings.get(site);
        double whole = allowed.get(site).stream()
                .mapToDouble(e -> ranking.probability(e.z()))
                .sum();
        for (Element element : allowed.get(site)) {
            part[site] = element.z();
            extend(rankings, allowed, part, site + 1, sum + Math.log(ranking.probability(element.z()) / whole), all);
        }
    }

    private static void assertSame(List<SpeciesChoice> expected, List<SpeciesChoice> found) {
        assertEquals(expected.size(), found.size());
        for (int k = 0; k < found.size(); k++) {
            assertArrayEquals(expected.get(k).species(), found.get(k).species(), "candidate " + k);
            assertEquals(expected.get(k).logProbability(), found.get(k).logProbability(), 1e-8);
        }
    }

    private static Composition whole(Crystal crystal, int[] chosen) {
        int[] species = crystal.species();
        int s = 0;
        for (int i = 0; i < species.length; i++) {
            species[i] = species[i] == 0 ? chosen[s++] : species[i];
        }
        return Composition.ofSpecies(species);
    }

    @Test
    void theBestAssignmentsThatComplyWithEverythingComeInOrder() {
        Random random = new Random(1);
        Crystal crystal = crystal(0, 8, 0, 8, 0, 3, 0);
        List<String> palette = List.of("Li", "O", "Fe", "P", "Cl", "Ne");
        int neutral = 0;
        for (int trial = 0; trial < 40; trial++) {
            List<SpeciesRanking> rankings = rankings(random, 4);
            List<Element> own = elements(palette.get(trial % 6), palette.get((trial + 2) % 6));
            AllowedSpecies allowed =
                    new AllowedSpecies(Optional.of(elements(palette.toArray(new String[0]))), Map.of(2, own));
            List<List<Element>> places = List.of(
                    allowed.everywhere().orElseThrow(),
                    own,
                    allowed.everywhere().orElseThrow(),
                    allowed.everywhere().orElseThrow());
            for (boolean balanced : new boolean[] {false, true}) {
                List<SpeciesChoice> expected =
                        all(rankings, places, species -> !balanced || RULES.composition(whole(crystal, species)));
                SpeciesChoice.Result found =
                        guidance(allowed, "", balanced, 7).plan(crystal, ROWS).choose(rankings);
                assertSame(expected.subList(0, 7), found.choices());
                assertEquals(balanced ? Optional.of(true) : Optional.empty(), found.neutral());
                assertEquals("", found.note());
                neutral += balanced
                                && !whole(crystal, expected.get(0).species())
                                        .equals(whole(
                                                crystal,
                                                all(rankings, places, _ -> true)
                                                        .get(0)
                                                        .species()))
                        ? 1
                        : 0;
            }
        }
        assertTrue(neutral > 10, "trials in which charges matter: " + neutral);
    }

    @Test
    void aCompositionIsReachedByTheMostProbableAssignment() {
        Random random = new Random(2);
        Crystal crystal = crystal(8, 0, 0, 26, 3, 0, 8, 8, 0, 8, 8, 0, 0, 15);
        Composition target = Composition.parse("LiFePO4");
        for (int trial = 0; trial < 20; trial++) {
            List<SpeciesRanking> rankings = rankings(random, 6);
            AllowedSpecies allowed = new AllowedSpecies(Optional.empty(), Map.of(1, elements("O", "Li")));
            List<List<Element>> places = new ArrayList<>();
            for (int s = 0; s < 6; s++) {
                places.add(s == 0 ? elements("O", "Li") : elements("Li", "Fe", "P", "O"));
            }
            List<SpeciesChoice> expected = all(
                    rankings,
                    places,
                    species -> whole(crystal, species).reduced().equals(target));
            SpeciesChoice.Result found = guidance(allowed, "Li2 Fe2 (PO4)2", trial % 2 == 0, 5)
                    .plan(crystal, ROWS)
                    .choose(rankings);
            for (int k = 0; k < 5; k++) {
                assertArrayEquals(
                        expected.get(k).species(), found.choices().get(k).species());
            }
            assertEquals("", found.note());
        }
    }

    @Test
    void whereNothingIsNeutralTheBestIsTakenAndTold() {
        List<SpeciesRanking> rankings = rankings(new Random(3), 2);
        Crystal crystal = crystal(0, 0, 8);
        SpeciesChoice.Result none = guidance(everywhere("Ne", "Ar"), "", true, 2)
                .plan(crystal, ROWS)
                .choose(rankings);
        assertEquals(Optional.of(false), none.neutral());
        assertEquals("none of the 3 possible compositions is neutral", none.note());
        assertSame(
                all(rankings, List.of(elements("Ne", "Ar"), elements("Ne", "Ar")), _ -> true)
                        .subList(0, 2),
                none.choices());
        SpeciesChoice.Result charged = guidance(AllowedSpecies.ALL, "Na2Cl", true, 3)
                .plan(crystal(0, 0, 17), ROWS)
                .choose(rankings);
        assertEquals(Optional.of(false), charged.neutral());
        assertEquals("the composition is not neutral", charged.note());
        assertEquals(1, charged.choices().size());
        Guidance hasty = new Guidance(AllowedSpecies.ALL, Optional.empty(), Optional.of(RULES), false, 1, false, 5);
        SpeciesChoice.Result given = hasty.plan(crystal(0, 0, 61, 8), ROWS).choose(rankings); // promethium: never
        assertEquals("nothing neutral among the 5 most probable compositions", given.note());
        SpeciesChoice.Result nothing = guidance(AllowedSpecies.ALL, "", true, 1)
                .plan(crystal(11, 11, 17), ROWS)
                .choose(List.of());
        assertEquals(Optional.of(false), nothing.neutral());
        assertEquals("no site is hidden, and the composition is not neutral", nothing.note());
        SpeciesChoice.Result same = guidance(AllowedSpecies.ALL, "NaCl", true, 3)
                .plan(crystal(11, 17), ROWS)
                .choose(List.of());
        assertEquals(Optional.of(true), same.neutral());
        assertEquals("only 1 of 3 candidates: no site is hidden", same.note());
    }

    @Test
    void fewerCandidatesThanWantedAreTold() {
        List<SpeciesRanking> rankings = rankings(new Random(4), 2);
        SpeciesChoice.Result all = guidance(everywhere("O", "S"), "", false, 9)
                .plan(crystal(0, 0, 8), ROWS)
                .choose(rankings);
        assertEquals(4, all.choices().size());
        assertEquals("only 4 of 9 candidates: there are no more", all.note());
        Guidance hasty = new Guidance(AllowedSpecies.ALL, Optional.empty(), Optional.of(RULES), false, 5000, false, 20);
        SpeciesChoice.Result some = hasty.plan(crystal(0, 0, 8), ROWS).choose(rankings);
        assertTrue(some.choices().size() < 5000);
        assertEquals(
                "only " + some.choices().size() + " of 5000 candidates: the limit of the search was met", some.note());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        LiFePO4 | ALL    | has 4 atoms, no multiple of the 7 of LiFePO4
        NaCl    | ALL    | shows 1 O; NaCl in 4 atoms has 0: hide more of it or give another composition
        H3O     | O at 3 | the composition wants 3 more H in crystal 'c', whose hidden sites allow it at 2 of 3
        LiHO2   | N at 3 | site 3 of crystal 'c' allows no element that the composition is missing
        HO      | N      | the composition wants 2 more H in crystal 'c', whose hidden sites allow it nowhere
        H3O     | H      | OK
        HO      | O at 1 | the composition wants 2 more H in crystal 'c', whose hidden sites allow it at 1 of 3
        LiFeCoO | LiFe   | OK
        """)
    void whatCannotBeIsRefusedInOneLine(String formula, String lists, String message) {
        Crystal crystal = crystal(0, 0, 8, 0);
        AllowedSpecies allowed = switch (lists) {
            case "ALL" -> AllowedSpecies.ALL;
            case "O at 3" -> new AllowedSpecies(Optional.of(elements("H")), Map.of(3, elements("O")));
            case "N at 3" -> new AllowedSpecies(Optional.empty(), Map.of(3, elements("N")));
            case "N" -> everywhere("N");
            case "H" -> everywhere("H");
            case "O at 1" -> new AllowedSpecies(Optional.of(elements("O")), Map.of(3, elements("H")));
            case "LiFe" -> new AllowedSpecies(Optional.of(elements("Li", "Fe", "Co")), Map.of(3, elements("Co")));
            default -> throw new IllegalArgumentException(lists);
        };
        if (message.equals("OK")) {
            List<SpeciesChoice> choices = guidance(allowed, formula, false, 1)
                    .plan(crystal, ROWS)
                    .choose(rankings(new Random(5), 3))
                    .choices();
            assertEquals(
                    Composition.parse(formula), whole(crystal, choices.get(0).species()));
            return;
        }
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> guidance(allowed, formula, false, 1).plan(crystal, ROWS));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void sitesThatCrowdTheSameFewAtomsAreRefused() {
        AllowedSpecies crowded = new AllowedSpecies(
                Optional.empty(), Map.of(0, elements("Co", "Fe"), 1, elements("Co", "Fe"), 2, elements("Co", "Fe")));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> guidance(crowded, "LiFeCoNi", false, 1).plan(crystal(0, 0, 0, 0), ROWS));
        assertTrue(e.getMessage().contains("too many sites allow the same few"), e.getMessage());
    }

    @Test
    void listsForSitesThatAreNotThereOrNotHiddenAreRefused() {
        for (Map.Entry<Integer, String> wrong : Map.of(
                        3,
                        "has no site 3 to allow elements at: its 3 atoms",
                        1,
                        "site 1 of crystal 'c' has elements" + " allowed but is not hidden: it is O")
                .entrySet()) {
            AllowedSpecies allowed = new AllowedSpecies(Optional.empty(), Map.of(wrong.getKey(), elements("Fe")));
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> guidance(allowed, "", false, 1).plan(crystal(0, 8, 0), ROWS));
            assertTrue(e.getMessage().contains(wrong.getValue()), e.getMessage());
        }
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> guidance(everywhere("U", "Np"), "", false, 1).plan(crystal(0, 8), 90));
        assertTrue(e.getMessage().contains("(U, Np): its species go up to Ac"), e.getMessage());
    }

    @Test
    void heedsOnlyElementsThatTheNetworkKnows() {
        List<SpeciesRanking> rankings = rankings(new Random(6), 3);
        List<SpeciesChoice> choices = guidance(AllowedSpecies.ALL, "", false, 400)
                .plan(crystal(0, 0, 0), 10)
                .choose(rankings)
                .choices();
        assertEquals(400, choices.size());
        assertTrue(choices.stream().allMatch(c -> Arrays.stream(c.species()).allMatch(z -> z >= 1 && z < 10)));
    }

    @Test
    void equivalentAssignmentsAreOneCandidate() {
        // A face-centred cell: any two of its sites are equivalent, and so are any two pairs.
        double[] frac = {0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0};
        Lattice cubic = Lattice.ofParameters(4, 4, 4, 90, 90, 90);
        List<SpeciesRanking> rankings = rankings(new Random(7), 4);
        SpeciesChoice.Result hidden = guidance(everywhere("Cu", "Au"), "", false, 16)
                .plan(new Crystal("fcc", cubic, new int[4], frac), ROWS)
                .choose(rankings);
        assertEquals(
                List.of(0, 1, 2, 3, 4),
                hidden.choices().stream()
                        .map(c -> Composition.ofSpecies(c.species()).count(29))
                        .sorted()
                        .toList());
        assertEquals("only 5 of 16 candidates: there are no more", hidden.note());
        double last = 0;
        List<SpeciesChoice> all = all(
                rankings,
                List.of(elements("Cu", "Au"), elements("Cu", "Au"), elements("Cu", "Au"), elements("Cu", "Au")),
                _ -> true);
        for (SpeciesChoice choice : hidden.choices()) {
            assertTrue(choice.logProbability() <= last);
            last = choice.logProbability();
            Composition own = Composition.ofSpecies(choice.species());
            SpeciesChoice best = all.stream()
                    .filter(c -> Composition.ofSpecies(c.species()).equals(own))
                    .findFirst()
                    .orElseThrow();
            assertArrayEquals(best.species(), choice.species());
        }
    }

    @Test
    void unknownSpeciesAreNoComposition() {
        assertThrows(IllegalArgumentException.class, () -> guidance(AllowedSpecies.ALL, "XO2", false, 1));
        assertThrows(IllegalArgumentException.class, () -> guidance(AllowedSpecies.ALL, "", false, 0));
    }
}
