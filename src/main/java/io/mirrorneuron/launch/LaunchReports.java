package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.bundle.MisspeltMember;
import io.mirrorneuron.config.TrustedFolders.Refusal;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.ModelDetail;
import io.mirrorneuron.port.ModelsPort.ModelFit;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reports of what keeps a bundle from being launched, and the refusals that carry them. */
final class LaunchReports {
  static final String PREPARATION_NOT_RUN = "preparation_not_run";
  private static final String REQUIREMENTS = "requirements.";
  private static final int MOST_NAMED = 10;
  static final String RUN_ID_IN_USE = "run_id_in_use";

  private LaunchReports() {}

  /** What is wrong with the run that a launch names. */
  static Issue ofRun(String code, String words) {
    return Issue.error(code, words, "Choose another run_id, or none.", Location.BUNDLE);
  }

  /**
   * Details that every failure of a launch has.
   *
   * @param bundle null while it is not found
   * @param models null while they are not checked
   */
  static Map<String, Object> whose(LaunchRecord launch, LaunchBundle bundle, ModelInstalls models) {
    Map<String, Object> reported = new LinkedHashMap<>();
    reported.put("progress_id", launch.id());
    reported.put("run_id", launch.runId());
    reported.put("source", launch.order().source().word());
    if (bundle != null) {
      reported.put("blueprint", bundle.blueprint());
    }
    if (models != null) {
      reported.put("model_install", models);
    }
    return reported;
  }

  /** What is said of links in the payloads; nothing without one. */
  static List<Issue> ofLinks(List<String> links) {
    return links.isEmpty()
        ? List.of()
        : List.of(
            Issue.warning(
                "payload_links",
                "links are no payload files, and the job does not get them: "
                    + links.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                    + (links.size() > MOST_NAMED ? ", … (%d)".formatted(links.size()) : ""),
                "Put there what they lead to.",
                Location.BUNDLE));
  }

  /** What is said of a member of the configuration that was probably misspelt. */
  static Issue ofMisspelt(MisspeltMember member) {
    String path = String.join(".", member.path());
    return Issue.warning(
        "config.unknown_member",
        "the configuration of the bundle has no %s; did you mean %s?"
            .formatted(path, String.join(".", member.meant())),
        "Its programs get it as it is.",
        new Location("config", path, "/config/" + String.join("/", member.path())));
  }

  /**
   * @param bundle null when the launch was taken up by another server
   */
  static List<String> warnings(List<String> ofJob, List<String> links, LaunchBundle bundle) {
    return Stream.of(
            ofJob.stream(),
            ofLinks(links).stream().map(Issue::sentence),
            bundle == null ? Stream.<String>of() : bundle.strange().stream().map(Issue::sentence))
        .flatMap(one -> one)
        .toList();
  }

  static Issue ofHooks(BundleHooks hooks, Refusal refusal) {
    return Issue.error(
        PREPARATION_NOT_RUN,
        "the bundle has %s, and %s".formatted(hooks.names(), refusal.why()),
        refusal.help() + " Or do by hand what it does, and launch it with force.",
        Location.BUNDLE);
  }

  /** What of a report is about what the nodes must have. */
  static Validation ofRequirements(Validation report) {
    return Validation.of(
        report.issues().stream().filter(issue -> issue.code().startsWith(REQUIREMENTS)).toList(),
        null);
  }

  static MnException unmet(Validation report) {
    return refusal(
        ErrorCode.PRECONDITION, "requirements_not_met", String.join("; ", report.errors()), report);
  }

  /** CONFLICT when all that is wrong is that the run is there already. */
  static MnException invalid(Validation report) {
    boolean inUse =
        report.issues().stream()
            .filter(Issue::isError)
            .allMatch(issue -> issue.code().equals(RUN_ID_IN_USE));
    String words = String.join("; ", report.errors());
    return inUse
        ? new MnException(ErrorCode.CONFLICT, RUN_ID_IN_USE, words)
        : refusal(ErrorCode.INVALID, "blueprint_validation_failed", words, report);
  }

  static MnException models(ModelInstalls installs) {
    Validation report =
        Validation.of(
            installs.errors().stream()
                .map(
                    words ->
                        Issue.error("runtime_model_install_failed", words, "", Location.BUNDLE))
                .toList(),
            null);
    return refusal(
            ErrorCode.INVALID,
            "blueprint_model_install_failed",
            String.join("; ", installs.errors()),
            report)
        .with(Map.of("model_install", installs));
  }

  /** The report of a bundle that lacks answers, without reminders to give some. */
  static Validation besideAnswers(Validation report) {
    return Validation.of(
        report.issues().stream()
            .filter(issue -> issue.isError() || !issue.location().path().startsWith("inputs."))
            .toList(),
        report.results(),
        report.plan());
  }

  /**
   * What is wrong with a configuration, or with answers to what a blueprint asks for.
   *
   * @param shown of {@code mn blueprint show}, which shows what it asks for
   */
  static List<Issue> configuration(MnException refusal, String shown) {
    var faults = refusal.validation();
    if (faults == null || !faults.isArray()) {
      Issue issue =
          Issue.error("config.invalid", refusal.getMessage(), "", new Location("config", "", ""));
      return List.of(issue);
    }
    return Json.elements(faults)
        .map(fault -> LenientJson.read(fault, Answer.class).issue(shown))
        .toList();
  }

  /** A fault of an answer, at {@code body.inputs.NAME}, or of the configuration. */
  private record Answer(String type, List<Object> loc, String msg) {
    Issue issue(String shown) {
      String where = String.valueOf(loc.get(1));
      List<String> steps = loc.stream().skip(2).map(String::valueOf).toList();
      String path = String.join(".", steps);
      return Issue.error(
          where + "." + type,
          path + " " + msg,
          "`mn blueprint show %s` lists what it asks for.".formatted(shown),
          new Location(where, path, "/" + where + "/" + String.join("/", steps)));
    }
  }

  /** The report, with what is wrong with the models that the bundle needs. */
  static Validation withModels(Validation report, List<ModelNeed> needs, ModelsPort models) {
    List<Issue> issues = new ArrayList<>();
    for (ModelNeed need : needs) {
      if (!need.clusterProvided()) {
        look(need, models, issues);
      }
    }
    return report.beforeRules(issues);
  }

  private static void look(ModelNeed need, ModelsPort models, List<Issue> issues) {
    Location place =
        new Location("config", need.path(), "/config/" + need.path().replace('.', '/'));
    try {
      ModelDetail model = models.get(need.model());
      ModelFit fit = model.model().compatibility();
      if (!model.model().installed() && fit != null) {
        issues.add(absent(model, place));
      }
      if (fit != null && fit.forceRequired() && !need.force()) {
        issues.add(Issue.error("model.not_compatible", fit.message(), fit.help(), place));
      }
    } catch (MnException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      issues.add(
          Issue.error(
              "model.unknown",
              e.getMessage(),
              "`mn model list --all` lists those that can be installed.",
              place));
    }
  }

  /** Of a model that a runner would have to get. */
  private static Issue absent(ModelDetail model, Location place) {
    String id = model.model().id();
    return model.runnerAvailable()
        ? Issue.warning(
            "model.not_installed",
            "%s is not installed; a launch installs it".formatted(id),
            "mn model install %s does it before.".formatted(id),
            place)
        : Issue.error(
            "model.runner_unavailable",
            "%s cannot be installed: %s".formatted(id, String.join("; ", model.warnings())),
            ModelsPort.START_RUNNER + " Or name a model of another endpoint at this place.",
            place);
  }

  private static MnException refusal(
      ErrorCode code, String error, String words, Validation report) {
    return new MnException(code, error, words, Json.MAPPER.valueToTree(report), null);
  }
}
