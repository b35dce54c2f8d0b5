package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.launch.LaunchOrder;
import io.mirrorneuron.launch.Launched;
import io.mirrorneuron.port.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What launches are answered with, by the operation that was called. */
final class LaunchAnswers {
  private LaunchAnswers() {}

  /**
   * @param warnings sentences about the request
   */
  static Object ofBlueprint(Launched launched, List<String> warnings) {
    return OfBlueprint.of(launched, warnings);
  }

  /**
   * @param warnings sentences about the request
   */
  static Object ofSource(Launched launched, LaunchOrder order, List<String> warnings) {
    return OfSource.of(launched, order, warnings);
  }

  private record OfBlueprint(
      String jobId,
      String id,
      String runId,
      String status,
      Object blueprint,
      Validation validation,
      Object modelInstall,
      String progressId,
      String progressUrl,
      Object webUiService,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

    static OfBlueprint of(Launched launched, List<String> warnings) {
      return new OfBlueprint(
          launched.jobId(),
          launched.jobId(),
          launched.runId(),
          launched.status(),
          launched.blueprint(),
          launched.validation(),
          launched.modelInstall(),
          launched.progressId(),
          url(launched),
          launched.webUiService(),
          all(launched, warnings));
    }
  }

  /**
   * @param command the line that launches it in a terminal, but for inputs and configuration; null
   *     of an upload. The page of release 1.2.5 refuses an answer in which it is anything but text
   */
  private record OfSource(
      String jobId,
      String id,
      String runId,
      String status,
      String source,
      Object blueprint,
      Object validation,
      Object modelInstall,
      String progressId,
      String progressUrl,
      @JsonInclude(JsonInclude.Include.NON_NULL) String command,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

    private static final Pattern PLAIN = Pattern.compile("[\\w./:@%+,=-]+");

    static OfSource of(Launched launched, LaunchOrder order, List<String> warnings) {
      return new OfSource(
          launched.jobId(),
          launched.jobId(),
          launched.runId(),
          launched.status(),
          launched.source(),
          launched.blueprint(),
          launched.validation() == null && order.force() ? Skipped.REPORT : launched.validation(),
          launched.modelInstall(),
          launched.progressId(),
          url(launched),
          command(order),
          all(launched, warnings));
    }

    private static String command(LaunchOrder order) {
      if (order.source() == LaunchOrder.Source.BUNDLE) {
        return null; // a terminal has no uploads
      }
      List<String> words = new ArrayList<>(List.of("mn", "blueprint", "run"));
      if (order.source() == LaunchOrder.Source.PATH) {
        words.add("--folder");
      }
      words.add(order.place());
      words.add("--detached");
      if (order.runId() != null) {
        words.addAll(List.of("--run-id", order.runId()));
      }
      if (order.force()) {
        words.add("--force");
      }
      return words.stream().map(OfSource::quoted).collect(Collectors.joining(" "));
    }

    /** The word as a shell takes it for one. */
    private static String quoted(String word) {
      return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
  }

  /** The report of a validation that was left out. */
  private record Skipped(boolean ok, String status, List<String> issues, List<String> errors) {
    static final Skipped REPORT = new Skipped(true, "skipped", List.of(), List.of());
  }

  private static String url(Launched launched) {
    return "/api/v1/blueprints/launch/progress/" + launched.progressId();
  }

  private static List<String> all(Launched launched, List<String> warnings) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(launched.warnings());
    return all;
  }
}
