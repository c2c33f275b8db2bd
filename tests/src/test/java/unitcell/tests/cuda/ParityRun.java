package unitcell.tests.cuda;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs parity tests of the engine by name in a JVM of its own; ends with 1 at the first failure or if none ran. */
final class ParityRun {
    private ParityRun() {}

    /** @param args regular expressions for simple names of test classes */
    public static void main(String[] args) {
        String[] patterns = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            patterns[i] = ".*\\.(" + args[i] + ")";
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("unitcell.engine.cpu"))
                .filters(includeClassNamePatterns(patterns), TagFilter.excludeTags("cpu"))
                .build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, summary, new FirstFailure());
        summary.getSummary().printTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        System.exit(summary.getSummary().getTestsSucceededCount() > 0 ? 0 : 1);
    }

    /** Ends the JVM as soon as a test has failed. */
    private static final class FirstFailure implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                System.out.println(
                        test.getDisplayName() + ": " + result.getThrowable().orElse(null));
                System.out.flush();
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
