package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.graph.ManifestHeader;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.graph.ScriptCheck;
import io.mirrorneuron.runtime.manifest.graph.Upload;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.shorthand.Shorthand;
import io.mirrorneuron.runtime.port.WorkspaceNames;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.JsonText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles a manifest's text to a {@link Workflow}. Each form of manifests has a front end here;
 * all produce the same model. Immutable and thread-safe.
 */
public final class Manifests {
  private static final int MAX_DEPTH = 100;

  /** A hostile manifest has thousands of programs and files; more findings help no author. */
  private static final int MOST_LOOKED_AT = 100;

  private final Assembly assembly;

  /**
   * @param defaultRunner for executors that name no runner
   */
  public Manifests(DefaultRunner defaultRunner) {
    this.assembly = new Assembly(new Nodes(defaultRunner));
  }

  /**
   * Reads, checks and compiles a manifest.
   *
   * @throws MnException MALFORMED when the text is no JSON object; else with every error of the
   *     manifest in its message and validation report: INVALID, or PRECONDITION when the manifest
   *     is sound but names a runner or agent type that this server lacks
   */
  public Workflow parse(String manifestJson) {
    ObjectNode source = JsonText.object(manifestJson, "manifest_json");
    return read(source, new Findings(StepForm.isUsedBy(source)));
  }

  /**
   * Reports all errors and warnings of a manifest without refusing it.
   *
   * @param payloadPaths the files below {@code payloads/}, with forward slashes
   * @throws MnException MALFORMED when the text is no JSON object
   */
  public Checked check(String manifestJson, Set<String> payloadPaths, Purpose purpose) {
    ObjectNode source = JsonText.distinct(manifestJson, "manifest_json");
    boolean inSteps = StepForm.isUsedBy(source);
    Findings findings = new Findings(inSteps, purpose);
    Workflow workflow;
    try {
      workflow = read(source, findings);
    } catch (MnException e) {
      workflow = null; // the findings say why; the defaults may not have been read
      ManifestValue.root(source, findings).find("defaults").checkMembers(Nodes.CONFIG);
    }
    List<Issue> issues = new ArrayList<>(findings.issues());
    List<ProgramPlace> programs = programs(source);
    Findings uploads = workflow == null ? null : uploads(workflow, payloadPaths);
    if (uploads != null) {
      issues.addAll(0, uploads.errors());
      uploads.issues().stream().filter(issue -> !issues.contains(issue)).forEach(issues::add);
    }
    if (uploads != null && uploads.errors().isEmpty()) {
      issues.addAll(missingScripts(programs, payloadPaths));
    }
    return new Checked(workflow, issues, programs);
  }

  /** The programs of a manifest; of a wrong manifest those that can be recognised. */
  public static List<ProgramPlace> programs(ObjectNode source) {
    return Programs.in(source);
  }

  /**
   * Warnings about scripts in commands that are not among the files.
   *
   * @param payloadPaths the files below {@code payloads/}, with forward slashes
   */
  public static List<Issue> missingScripts(List<ProgramPlace> programs, Set<String> payloadPaths) {
    ScriptCheck scripts = new ScriptCheck(payloadPaths);
    return programs.stream()
        .limit(MOST_LOOKED_AT)
        .flatMap(program -> scripts.look(program).stream())
        .toList();
  }

  /**
   * @param workflow null when the manifest is wrong
   * @param programs those that can be recognised when it is
   */
  public record Checked(Workflow workflow, List<Issue> issues, List<ProgramPlace> programs) {}

  /**
   * Checks a parsed manifest by the rules of the purpose.
   *
   * @throws MnException INVALID with all errors
   */
  public void requireAcceptable(ObjectNode source, Purpose purpose) {
    read(source, new Findings(StepForm.isUsedBy(source), purpose));
  }

  private Workflow read(ObjectNode source, Findings findings) {
    ManifestValue root = ManifestValue.root(source, findings);
    if (depth(source, 1) > MAX_DEPTH) {
      root.error(ManifestProblem.LIMIT, "manifest is nested deeper than " + MAX_DEPTH + " levels");
      findings.throwIfAny();
    }
    Shorthand manifest = Shorthand.expand(root);
    ManifestValue whole = manifest.root();
    if (!manifest.isReadable()) {
      whole.checkMembers(ManifestHeader.STEPS_AT_ROOT);
      findings.throwIfAny();
    }
    Workflow workflow =
        StepForm.isUsedBy(source)
            ? new StepForm(assembly).read(manifest, findings)
            : assembly.read(
                whole,
                findings,
                ManifestHeader.read(whole),
                Topology.atRoot(whole),
                nodes -> StepGraph.NONE);
    return workflow.writtenAs(source);
  }

  /**
   * Checks that every file and folder that an executor uploads or installs from is among the
   * payloads, and that none takes a name that the server needs.
   *
   * @param payloadPaths the files below {@code payloads/}, with forward slashes
   * @throws MnException INVALID with every source that is missing or in the way
   */
  public static void checkUploads(Workflow workflow, Set<String> payloadPaths) {
    uploads(workflow, payloadPaths).throwIfAny();
  }

  private static Findings uploads(Workflow workflow, Set<String> payloadPaths) {
    Set<String> files =
        payloadPaths.stream().map(PayloadPaths::canonical).collect(Collectors.toSet());
    Set<String> present = withFolders(files);
    Findings findings = new Findings(StepForm.isUsedBy(workflow.source()));
    ManifestValue whole = Shorthand.expand(ManifestValue.root(workflow.source(), findings)).root();
    for (ManifestValue node : Topology.of(whole).nodes()) {
      Agent agent = workflow.agents().get(Nodes.key(node));
      List<Upload> uploads =
          agent.type() == AgentType.EXECUTOR ? Upload.of(agent.config()) : List.of();
      for (Upload upload : uploads) {
        if (!present.contains(upload.source())) {
          node.at("config")
              .error(
                  ManifestProblem.MISSING_UPLOAD,
                  "upload source does not exist locally: " + ManifestValue.shown(upload.source()));
        }
        TakenNames.check(node.at("config"), upload, files, present);
      }
      String requirements = agent.config().at("/python_environment/requirements").asText("");
      boolean installs = agent.type() == AgentType.EXECUTOR && !requirements.isBlank();
      if (installs && !present.contains(PayloadPaths.canonical(requirements))) {
        node.find("config.python_environment")
            .error(
                ManifestProblem.MISSING_UPLOAD,
                "requirements file does not exist locally: " + ManifestValue.shown(requirements));
      }
    }
    return findings;
  }

  /** The long form of an accepted manifest. */
  public static ManifestValue expanded(ObjectNode source) {
    Findings findings = new Findings(StepForm.isUsedBy(source));
    return Shorthand.expand(ManifestValue.root(source, findings)).root();
  }

  /**
   * The nodes of a manifest by the ids of their agents, in order.
   *
   * @param root of an expanded manifest
   */
  public static Map<String, ManifestValue> nodes(ManifestValue root) {
    Map<String, ManifestValue> nodes = new LinkedHashMap<>();
    Topology.of(root).nodes().forEach(node -> nodes.put(Nodes.key(node), node));
    return nodes;
  }

  private static Set<String> withFolders(Set<String> files) {
    Set<String> present = new HashSet<>(Set.of(""));
    for (String file : files) {
      String path = file;
      // A known folder has all its parents in the set.
      while (present.add(path)) {
        path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
      }
    }
    return present;
  }

  private static int depth(JsonNode node, int level) {
    int deepest = level;
    for (JsonNode child : node) {
      if (child.isContainerNode()) {
        deepest = Math.max(deepest, depth(child, level + 1));
      }
    }
    return deepest;
  }

  /** Finds the programs of a manifest, right or wrong, and their places in the author's text. */
  private static final class Programs {
    private Programs() {}

    static List<ProgramPlace> in(ObjectNode source) {
      Findings reported = new Findings(StepForm.isUsedBy(source)); // for a full reading
      ManifestValue root = ManifestValue.root(source, reported);
      Shorthand manifest = Shorthand.expand(root);
      if (!manifest.isReadable()) {
        return List.of();
      }
      return Topology.of(manifest.root()).nodes().stream()
          .filter(node -> node.find("agent_type", "agentType").asText().equals("executor"))
          .map(
              node -> {
                String id = Nodes.key(node);
                ManifestValue known = node.named(ManifestValue.shown(id));
                return new ProgramPlace(id, known, known.find("config"));
              })
          .toList();
    }
  }

  /** Payload files that conflict with the server's own files. */
  private static final class TakenNames {
    private TakenNames() {}

    /**
     * Reports an error for a file that prevents the start, a warning for a file that the program
     * does not see.
     *
     * @param config of the node, where findings are reported
     * @param files below {@code payloads/}, canonical
     * @param present the files and their folders
     */
    static void check(ManifestValue config, Upload upload, Set<String> files, Set<String> present) {
      Stream.concat(WorkspaceNames.FILES.stream(), Stream.of(WorkspaceNames.TEMPORARY))
          .sorted()
          .forEach(name -> check(config, name, source(upload, name), files, present));
    }

    /** The payload file that would get the name, or lie below it; null when none does. */
    private static String source(Upload upload, String name) {
      if (upload.target().equals(name)) {
        return upload.source();
      }
      boolean isAll = upload.target().isEmpty();
      return isAll && !upload.source().isEmpty()
          ? upload.source() + "/" + name
          : isAll ? name : null;
    }

    private static void check(
        ManifestValue config, String name, String source, Set<String> files, Set<String> present) {
      boolean isFile = files.contains(source);
      boolean isInTheWay =
          name.equals(WorkspaceNames.TEMPORARY) ? isFile : !isFile && present.contains(source);
      if (isInTheWay) {
        config.error(
            ManifestProblem.CONFLICT,
            "%s of the payloads cannot be there: the server needs the name %s in the folder in which the program starts, so give it another name"
                .formatted(ManifestValue.shown(source), name));
      } else if (isFile && WorkspaceNames.MESSAGE_FILES.contains(name)) {
        config.warn(
            "%s of the payloads is replaced by the server's own %s in the folder in which the program starts; give it another name"
                .formatted(ManifestValue.shown(source), name));
      }
    }
  }
}
