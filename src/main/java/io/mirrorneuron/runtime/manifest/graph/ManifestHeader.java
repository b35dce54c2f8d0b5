package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The members at the root of a manifest that describe the job, apart from its graph. */
public record ManifestHeader(
    String graphId,
    String manifestVersion,
    String jobName,
    String type,
    JobType jobType,
    String runId,
    RecoveryMode recoveryMode,
    Policies policies) {

  private static final Members MEMBERS =
      Members.closed("apiVersion", "kind", "manifest_version", "graph_id", "workflow_id", "id")
          .with(null, "name", "version", "type", "workflow", "agents", "runtime", "flow", "run_id")
          .with(null, "nodes", "edges", "entrypoints", "initial_inputs")
          .with(null, "defaults", "inputs")
          .with(null, "input_validation", "inputValidation")
          .with(Shape.STRING, "job_name")
          .with(Shape.BOOLEAN, "daemon")
          .with(Shape.OBJECT, "contract", "metadata", "policies")
          .with(null, "confinement")
          .with(Shape.OBJECT, "deployment", "parameterized", "reload")
          .with(null, "schedule", "triggers") // for schedules
          .with(null, "services", "required_services", "requiredServices")
          .with(null, "blueprint_id", "identity", "init_config_review") // for launches
          .with(null, "license", "term", "standard_version") // of bundles, for people
          .with(Shape.LIST, "skill_dependencies")
          .with(null, "requirements", "requirments")
          .ignoring("has no context engine", "requiredContextEngine", "required_context_engine")
          .with(null, "constraints")
          .ignoring("does not reload jobs", "reload");

  /** The form with nodes at the root uses other words for its names. */
  private static final Members GRAPH_MEMBERS =
      MEMBERS.suggesting("job_name", "name").suggesting("graph_id", "workflow_id");

  /** Of the form with steps in {@code workflow}. */
  public static final Members IN_WORKFLOW = MEMBERS.belongingTo("workflow", Members.open("steps"));

  /** Of the form with steps at the root. */
  public static final Members STEPS_AT_ROOT = MEMBERS.with(null, "steps");

  /** Of the form with nodes at the root. */
  public static ManifestHeader read(ManifestValue root) {
    root.checkMembers(GRAPH_MEMBERS);
    return header(root, root.at("graph_id"), root.at("job_name"), root.at("manifest_version"));
  }

  /**
   * Of the forms with steps; the caller checks the members of the root.
   *
   * @param graphId place of the graph id; the default of an absent name
   */
  public static ManifestHeader read(
      ManifestValue root, ManifestValue graphId, ManifestValue jobName, ManifestValue version) {
    return header(root, graphId, jobName, version);
  }

  private static ManifestHeader header(
      ManifestValue root, ManifestValue graphId, ManifestValue jobName, ManifestValue version) {
    ServiceChecks.offered(root.find("services"));
    root.all("required_services", "requiredServices").forEach(ServiceChecks::required);
    root.find("requiredContextEngine", "required_context_engine")
        .named("requiredContextEngine")
        .check(Shape.BOOLEAN);
    RequirementReader.check(root);
    InputRules.check(root);
    ConfinementCheck.check(root);

    String id = NameRules.read(graphId, "graph_id is required");
    String manifestVersion = NameRules.read(version, "manifest_version is required");
    String givenName = jobName.value().asText("");
    String type = type(root);
    JobType byDefault = type.equals("service") ? JobType.SERVICE : JobType.BATCH;
    ManifestValue policies = root.at("policies");
    ManifestValue jobTypePlace = policies.find("job_type", "scheduler.job_type").named("job_type");
    JobType jobType = word(jobTypePlace, JobType.class, byDefault);
    RecoveryMode recovery =
        word(policies.at("recovery_mode"), RecoveryMode.class, RecoveryMode.AUTO);
    return new ManifestHeader(
        id,
        manifestVersion,
        givenName.isBlank() ? id : givenName,
        type,
        jobType,
        runId(root),
        recovery,
        Policies.read(root, jobType, recovery));
  }

  public Workflow workflow(
      ObjectNode source,
      List<String> entrypoints,
      Map<String, List<JsonNode>> inputs,
      Map<String, Agent> agents,
      List<Edge> edges,
      StepGraph steps,
      List<String> warnings) {
    return new Workflow(
        source,
        graphId,
        manifestVersion,
        jobName,
        type,
        jobType,
        runId,
        entrypoints,
        inputs,
        agents,
        edges,
        steps,
        recoveryMode,
        policies.ofWorkflow(),
        warnings);
  }

  private static String type(ManifestValue root) {
    ManifestValue type = root.at("type");
    boolean daemon = root.asBoolean("daemon", false);
    if (!type.isAbsent()) {
      String word = type.asText().trim().toLowerCase(Locale.ROOT);
      if (!List.of("service", "batch").contains(word)) {
        type.error(ManifestProblem.UNSUPPORTED, "type must be service or omitted for batch");
      }
      if (daemon && word.equals("batch")) {
        root.warn("daemon is ignored because type is batch");
      }
      return word;
    }
    if (daemon) {
      root.warn("daemon is an old word: the job runs as type service");
    }
    return daemon ? "service" : "batch";
  }

  private static <E extends Enum<E>> E word(ManifestValue place, Class<E> words, E byDefault) {
    if (place.isAbsent()) {
      return byDefault;
    }
    Optional<E> known = place.asWord(words);
    if (known.isEmpty()) {
      place.error(ManifestProblem.UNSUPPORTED, "unsupported " + place.name() + " " + place.shown());
    }
    return known.orElse(byDefault);
  }

  private static String runId(ManifestValue root) {
    ManifestValue given =
        root.find(
            "run_id",
            "metadata.blueprint_run_id",
            "metadata.run_id",
            "metadata.mn_cli.blueprint_run_id",
            "metadata.mn_cli.run_id");
    return !given.isAbsent() && isRunId(given) ? given.text() : null;
  }

  private static boolean isRunId(ManifestValue place) {
    boolean valid = place.value().isTextual() && RunId.isRunId(place.text());
    if (!valid) {
      place.mustBe(RunId.RULE);
    }
    return valid;
  }

  /** Checks the form of demands beyond what all programs may access. */
  private static final class ConfinementCheck {
    private static final Members MEMBERS = Members.closed().with(Shape.NAMES, "read", "write");

    private ConfinementCheck() {}

    static void check(ManifestValue root) {
      ManifestValue demand = root.at("confinement");
      if (!demand.check(Shape.OBJECT)) {
        return;
      }
      demand.checkMembers(MEMBERS);
      for (String member : new String[] {"read", "write"}) {
        if (Shape.NAMES.fits(demand.at(member).value())) {
          demand.at(member).items().forEach(ConfinementCheck::checkPath);
        }
      }
    }

    private static void checkPath(ManifestValue path) {
      if (!isPlain(path.text())) {
        path.mustBe("an absolute path without \"..\", \".\" and double slashes");
      }
    }

    private static boolean isPlain(String text) {
      try {
        Path path = Path.of(text);
        return path.isAbsolute() && path.normalize().toString().equals(text);
      } catch (InvalidPathException e) {
        return false;
      }
    }
  }
}
