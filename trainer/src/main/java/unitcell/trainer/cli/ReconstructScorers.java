package unitcell.trainer.cli;

import java.io.IOException;
import java.util.Optional;
import unitcell.engine.Device;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.reconstruct.guide.CandidateRanking;
import unitcell.trainer.reconstruct.guide.FineTunedScorer;
import unitcell.trainer.reconstruct.guide.Goal;

/** The fine-tuned models that rank candidates for {@code reconstruct}. */
final class ReconstructScorers implements AutoCloseable {
    private final Optional<FineTunedScorer> discriminator;
    private final Optional<FineTunedScorer> property;
    private final Optional<Goal> goal;

    private ReconstructScorers(
            Optional<FineTunedScorer> discriminator, Optional<FineTunedScorer> property, Optional<Goal> goal) {
        this.discriminator = discriminator;
        this.property = property;
        this.goal = goal;
    }

    /** Opens what is asked for and tells of it. */
    static ReconstructScorers open(Arguments arguments, Device device, Console console) throws IOException {
        long edges = ReconstructArguments.passes(arguments).edgesPerBatch();
        Optional<FineTunedScorer> discriminator = Optional.empty();
        Optional<FineTunedScorer> property = Optional.empty();
        try {
            if (arguments.find(ReconstructArguments.DISCRIMINATOR).isPresent()) {
                discriminator = Optional.of(FineTunedScorer.ofClass(
                        arguments.find(ReconstructArguments.DISCRIMINATOR).get(), device, edges, console::warn));
                console.line(discriminator.get().line());
            }
            Optional<Goal> goal = Optional.empty();
            if (arguments.find(ReconstructArguments.TARGET).isPresent()) {
                ReconstructArguments.Target target =
                        arguments.find(ReconstructArguments.TARGET).get();
                property = Optional.of(FineTunedScorer.ofNumber(target.model(), device, edges, console::warn));
                console.line(property.get().line());
                goal = Optional.of(new Goal(property.get(), target.aim()));
            }
            return new ReconstructScorers(discriminator, property, goal);
        } catch (IOException | RuntimeException e) {
            discriminator.ifPresent(FineTunedScorer::close);
            property.ifPresent(FineTunedScorer::close);
            throw e;
        }
    }

    /** The order that they make. */
    CandidateRanking ranking() {
        return new CandidateRanking(discriminator.map(d -> d), goal);
    }

    /** Adds what they are, for programs. */
    JsonObject.Builder put(JsonObject.Builder json) {
        discriminator.ifPresent(d -> json.put("discriminator", d.model().toJson()));
        property.ifPresent(p -> json.put(
                "target",
                JsonObject.builder()
                        .put("model", p.model().toJson())
                        .put("unit", p.unit())
                        .put("aim", ReconstructArguments.text(goal.orElseThrow().aim()))
                        .build()));
        return json;
    }

    @Override
    public void close() {
        discriminator.ifPresent(FineTunedScorer::close);
        property.ifPresent(FineTunedScorer::close);
    }
}
