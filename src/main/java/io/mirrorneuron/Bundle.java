package io.mirrorneuron;

import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.blueprint.bundle.BundleConfig;
import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Plan;
import io.mirrorneuron.runtime.documents.WorkflowPlan;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.Manifests.Checked;
import io.mirrorneuron.runtime.manifest.SubmissionDemands;
import io.mirrorneuron.runtime.manifest.graph.InputValidation.Outcome;
import io.mirrorneuron.runtime.manifest.graph.ManifestSchedule;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms.Ended;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.schedule.ManifestScheduleCheck;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleUnpacker;
import io.mirrorneuron.store.bundle.FileBundleStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A workflow on this machine: its manifest and its payload files. What had to be unpacked for it is
 * removed when it is closed, so submit before.
 */
public final class Bundle implements AutoCloseable {
  private static final RulePrograms UNASKED =
      (_, _, _, _) -> new Ended.NotRun("no runtime was asked", "Ask the server that is to run it.");

  private final Content content;
  private final Path temporary;

  /** What was found in the source. */
  private record Content(ManifestFile manifest, Payloads payloads, Origin origin) {

    /**
     * @param isHere whether its author's own folder is it, not what a zip was unpacked to
     */
    static Content of(Path folder, ManifestFile manifest, Payloads payloads, boolean isHere) {
      String config = manifest.hasInputRules() ? BundleConfig.ofFiles(folder) : null;
      return new Content(manifest, payloads, new Origin(isHere ? folder : null, config));
    }
  }

  private Bundle(Content content, Path temporary) {
    this.content = content;
    this.temporary = temporary;
  }

  /**
   * Opens a folder with {@code manifest.json} or {@code manifest.yaml} and perhaps {@code
   * payloads/}, a zip of such a folder, or a manifest on its own. What is YAML is submitted as the
   * JSON that it stands for. Of a zip nothing is trusted: not its paths, kinds or sizes.
   *
   * @throws MnException NOT_FOUND when there is nothing at the path, MALFORMED when there is
   *     something else, TOO_LARGE for a zip that expands beyond all bounds
   */
  public static Bundle open(Path source) {
    String name = source.toString().toLowerCase(Locale.ROOT);
    if (Files.isDirectory(source)) {
      return new Bundle(ofFolder(source), null);
    }
    if (!Files.isRegularFile(source)) {
      throw MnException.notFound("bundle", source.toString());
    }
    if (name.endsWith(".zip")) {
      return unpacked(folder -> ofZip(source, folder));
    }
    if (ManifestFile.isNameOfOne(name)) {
      return new Bundle(
          new Content(
              ManifestFile.of(source, source.toString()),
              new Payloads.Inline(Map.of()),
              Origin.UNKNOWN),
          null);
    }
    throw malformed(source + " is neither a folder, a .zip nor a manifest (.json, .yaml)");
  }

  /**
   * Opens one of {@link Samples#names()}.
   *
   * @throws MnException NOT_FOUND for another name
   */
  public static Bundle sample(String name) {
    return unpacked(
        folder -> {
          Samples.unpack(name, folder);
          return ofFolder(folder);
        });
  }

  public Submission submission() {
    return new Submission(content.manifest.json(), content.payloads, null).from(content.origin);
  }

  /**
   * The same with values for inputs that its manifest declares.
   *
   * @param inputs by name; whatever Jackson writes as JSON
   * @throws MnException INVALID for a name that it does not declare
   */
  public Submission submission(Map<String, ?> inputs) {
    String json = InputValues.into(content.manifest.json(), content.manifest.tree(), inputs);
    return new Submission(json, content.payloads, null).from(content.origin);
  }

  /**
   * When its manifest wants its jobs to be made, by {@code schedule} or {@code triggers}, in the
   * form in which a schedule is created; empty when it says nothing of it.
   *
   * @throws MnException INVALID when it says so in both, or in a form that is none of a schedule
   */
  public Optional<Map<String, Object>> schedule() {
    String manifest = content.manifest.json();
    return ManifestSchedule.member(manifest).map(member -> ManifestSchedule.of(manifest));
  }

  /**
   * The report of a runtime about this bundle, with line and column of its file for what is about a
   * place in the manifest.
   */
  public Validation located(Validation report) {
    return content.manifest.located(report);
  }

  /**
   * Checks it without a runtime, as one with default settings does; what machines have, and which
   * run ids are in use, is not asked.
   */
  public Validation validate() {
    return validate(submission());
  }

  /** The same of {@link #submission(Map)}. */
  public Validation validate(Submission submission) {
    Set<String> files = FileBundleStore.pathsOf(submission.payloads());
    Checked checked =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .check(submission.manifestJson(), files, Purpose.NEW);
    Plan plan = checked.workflow() == null ? null : WorkflowPlan.of(checked.workflow());
    Outcome input =
        SubmissionDemands.of(submission.manifestJson()).input(submission.origin(), UNASKED);
    List<Issue> issues = new ArrayList<>(checked.issues());
    issues.addAll(ManifestScheduleCheck.of(submission.manifestJson()));
    for (Issue issue : input.issues()) {
      issues.add(issue.code().equals(RulePrograms.UNAVAILABLE) ? issue.asWarning() : issue);
    }
    return located(Validation.of(issues, input.results(), plan));
  }

  @FunctionalInterface
  private interface Unpacking {
    Content into(Path folder) throws IOException;
  }

  private static Bundle unpacked(Unpacking unpacking) {
    try {
      Path folder = Files.createTempDirectory("mn-bundle");
      try {
        return new Bundle(unpacking.into(folder), folder);
      } catch (IOException | RuntimeException e) {
        delete(folder);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the bundle cannot be unpacked", e);
    }
  }

  private static Content ofZip(Path zip, Path folder) throws IOException {
    // One bundle in a folder of its own: any name will do.
    BundleStaging staging =
        new BundleStaging(
            folder,
            BundleUnpacker.Limits.DEFAULT,
            Clock.systemUTC(),
            () -> "unpacked",
            UploadQuota.unlimited());
    BundleStaging.Bundle bundle = staging.unpack(zip);
    Payloads payloads = new Payloads.Folder(bundle.payloads().toRealPath());
    return Content.of(bundle.folder(), bundle.manifest(), payloads, false);
  }

  private static Content ofFolder(Path folder) {
    Path payloads = folder.resolve("payloads");
    return Content.of(
        folder,
        ManifestFile.in(folder, folder + "/"),
        Files.isDirectory(payloads) ? new Payloads.Folder(payloads) : new Payloads.Inline(Map.of()),
        true);
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }

  @Override
  public void close() {
    if (temporary != null) {
      delete(temporary);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be removed", e);
    }
  }
}
