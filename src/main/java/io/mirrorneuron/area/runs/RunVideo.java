package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.run.ShownRun;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.ServedFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The video that the page of a run shows: a file of the run, or one of the bundle that its job
 * brought along. What {@code ui.json} says of where bundles lie does not count.
 */
final class RunVideo {
  private final Function<String, Optional<JobDetail>> jobs;
  private final Path bundles;
  private final AllowedRoots reach;

  /**
   * @param jobs what the runtime tells of a job
   * @param bundles the folder of bundles, each under its fingerprint
   * @param reach that of the run alone
   */
  RunVideo(Function<String, Optional<JobDetail>> jobs, Path bundles, AllowedRoots reach) {
    this.jobs = jobs;
    this.bundles = bundles;
    this.reach = reach;
  }

  /**
   * @throws MnException NOT_FOUND, FORBIDDEN {@code video source is outside allowed roots}
   */
  ServedFile of(ShownRun run) {
    ObjectNode ui =
        run.readAsMade("ui.json").filter(page -> !page.isEmpty()).orElseThrow(RunUi::notFound);
    Path source =
        Json.elements(ui.path("components"))
            .filter(component -> component.path("type").asText().equals("video"))
            .map(component -> component.path("source").asText(""))
            .filter(text -> !text.isBlank())
            .findFirst()
            .flatMap(text -> local(run, text))
            .orElseThrow(() -> notFound("local video not configured"));
    AllowedRoots.Place file =
        reach
            .within(run.path(), source)
            .or(() -> bundle(run).flatMap(root -> reach.and(root).within(run.path(), source)))
            .orElseThrow(
                () ->
                    new MnException(
                        ErrorCode.FORBIDDEN,
                        "outside_allowed_roots",
                        "video source is outside allowed roots"));
    if (!UntrustedFiles.isFile(file.path())) {
      throw notFound("video source not found");
    }
    return new ServedFile(file.path(), contentType(source), file.root());
  }

  private Optional<Path> local(ShownRun run, String source) {
    if (!source.matches("(?i)[a-z][a-z0-9+.-]*:.*")) {
      return reach.resolve(run.path(), source);
    }
    try {
      URI uri = URI.create(source);
      return uri.getScheme().equalsIgnoreCase("file") && uri.getPath() != null
          ? reach.resolve(run.path(), uri.getPath())
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The payload folder of the run's job, if the job says that it belongs to this run. */
  private Optional<Path> bundle(ShownRun run) {
    return jobs.apply(run.jobId())
        .filter(job -> job.facts().runId() == null || job.facts().runId().equals(run.runId()))
        .map(JobDetail::bundleFingerprint)
        .filter(fingerprint -> fingerprint.matches("[0-9a-f]{64}"))
        .map(bundles::resolve);
  }

  private static String contentType(Path file) {
    try {
      return Objects.requireNonNullElse(
          Files.probeContentType(file.getFileName()), "application/octet-stream");
    } catch (IOException e) {
      return "application/octet-stream";
    }
  }

  private static MnException notFound(String message) {
    return new MnException(ErrorCode.NOT_FOUND, "video_not_found", message);
  }
}
