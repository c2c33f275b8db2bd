package unitcell.tests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.DeviceException;

/** The rules that keep the modules apart, as tests: which way arrows run, who may use which library. */
class ArchitectureTest {
    private static JavaClasses project;

    @BeforeAll
    static void importClasses() {
        project = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar")) // the engine's, for other backends
                .importPackages("unitcell");
        assertTrue(project.size() > 100, "found only " + project.size() + " classes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unitcell.engine..   | unitcell.engine..
            unitcell.cuda..     | unitcell.engine..,unitcell.cuda..
            unitcell.autograd.. | unitcell.engine..,unitcell.autograd..
            unitcell.crystal..  | unitcell.engine..,unitcell.crystal..
            unitcell.nn..       | unitcell.engine..,unitcell.autograd..,unitcell.nn..
            unitcell.net..      | unitcell.engine..,unitcell.autograd..,unitcell.crystal..,unitcell.nn..,unitcell.net..
            unitcell.trainer..  | unitcell.engine..,unitcell.autograd..,unitcell.crystal..,unitcell.nn..,unitcell.net..,unitcell.trainer..
            """)
    void arrowsRunOneWay(String layer, String below) {
        noClasses()
                .that()
                .resideInAPackage(layer)
                .should()
                .dependOnClassesThat(resideInAnyPackage("unitcell..").and(resideOutsideOfPackages(below.split(","))))
                .check(project);
    }

    @ParameterizedTest
    @CsvSource({
        "jdk.incubator.vector.., unitcell.engine.cpu",
        "jcuda.., unitcell.cuda",
        "org.lwjgl.., unitcell.engine.memory",
        "org.apache.commons.cli.., unitcell.trainer.cli"
    })
    void eachLibraryHasOneUser(String library, String user) {
        noClasses()
                .that()
                .resideOutsideOfPackage(user)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(project);
    }

    @Test
    void theRulesSeeTheLibrariesTheyGuard() {
        for (String[] use : new String[][] {
            {"unitcell.engine.cpu", "jdk.incubator.vector.."},
            {"unitcell.engine.memory", "org.lwjgl.."},
            {"unitcell.trainer.cli", "org.apache.commons.cli.."}
        }) {
            assertThrows(
                    AssertionError.class,
                    () -> noClasses()
                            .that()
                            .resideInAPackage(use[0])
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(use[1])
                            .check(project));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unitcell.(*)..", "unitcell.trainer.(*).."})
    void packagesHaveNoCycles(String slices) {
        slices().matching(slices).should().beFreeOfCycles().check(project);
    }

    @Test
    void nobodySerialisesJavaObjects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class)
                .check(project);
        DescribedPredicate<JavaClass> ofTheLanguage = describe(
                "exceptions, enums and lambdas of the language",
                c -> c.isAssignableTo(Throwable.class) || c.isEnum() || c.isAssignableTo(Enum.class));
        noClasses()
                .that(DescribedPredicate.not(ofTheLanguage))
                .should()
                .beAssignableTo(Serializable.class)
                .check(project);
    }

    @Test
    void nobodyUsesReflection() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(
                        "unitcell.engine.profile.InterceptedKernels") // proxies, for profiles and traces only
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(project);
        noClasses()
                .should()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .callMethod(Class.class, "getDeclaredMethods")
                .orShould()
                .callMethod(Class.class, "getDeclaredFields")
                .check(project);
    }

    @Test
    void classesAreFinalOrMeantToBeExtended() {
        classes()
                .that()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .doNotHaveFullyQualifiedName(DeviceException.class.getName()) // backends extend it by their statuses
                .should()
                .haveModifier(JavaModifier.FINAL)
                .orShould()
                .haveModifier(JavaModifier.ABSTRACT)
                .check(project);
    }

    @Test
    void onlyTheCommandLineTouchesTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackage("unitcell.trainer.cli")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(project);
    }

    @Test
    void everyPackageSaysWhatItHolds() {
        TreeSet<Path> folders = new TreeSet<>();
        for (Path file : ProjectFiles.endingWith(".java")) {
            if (file.toString().contains("/src/main/java/")) {
                folders.add(file.getParent());
            }
        }
        assertTrue(folders.size() > 10, folders.toString());
        List<Path> silent = folders.stream()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .toList();
        assertEquals(List.of(), silent, "packages without package-info.java");
    }

    @Test
    void noFileIsLongerThan600Lines() {
        List<String> tooLong = new ArrayList<>();
        List<Path> files = ProjectFiles.endingWith(".java", ".cu", ".cuh", ".h", ".cpp", ".py", ".sh");
        assertTrue(files.size() > 100, files.size() + " files");
        for (Path file : files) {
            int lines = ProjectFiles.lines(file).size();
            if (lines > 600) {
                tooLong.add(file + ": " + lines);
            }
        }
        assertEquals(List.of(), tooLong, "split these by concept");
    }

    @Test
    void noFileNamesAFolderOfSomebodysMachine() {
        // Put together from pieces so that this file does not match itself.
        Pattern machine = Pattern.compile("(?<![\\w./-])/(" + String.join("|", "work", "root", "farm", "Users") + ")/"
                + "|(?<![\\w./-])/ho" + "me/\\w");
        assertTrue(machine.matcher("x = /" + "work/main").find());
        assertFalse(machine.matcher("a/" + "work/b").find());
        List<String> found = new ArrayList<>();
        for (Path file : ProjectFiles.endingWith(
                ".java",
                ".cu",
                ".cuh",
                ".h",
                ".cpp",
                ".py",
                ".sh",
                ".md",
                ".xml",
                ".json",
                "Makefile",
                "unitcell",
                "run")) {
            List<String> lines = ProjectFiles.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (machine.matcher(lines.get(i)).find()) {
                    found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        assertEquals(List.of(), found);
    }
}
