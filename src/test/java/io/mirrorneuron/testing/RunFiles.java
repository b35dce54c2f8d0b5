package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders of runs as programs leave them. */
public final class RunFiles {
  private RunFiles() {}

  /** A run that has ended, with a result, a final artifact, an output, a page and a video. */
  public static void write(Path folder) {
    String run = folder.getFileName().toString();
    write(folder, "run.json", ended(run, "2026-06-20T10:00:00.120Z"));
    write(folder, "job.json", "{\"run_id\":\"%s\",\"job_id\":\"job-of-%s\"}".formatted(run, run));
    write(folder, "events.jsonl", "{\"type\":\"run_started\",\"payload\":{\"api_key\":\"k\"}}\n");
    write(
        folder,
        "result.json",
        "{\"output_files\":[{\"kind\":\"report\",\"path\":\"report.pdf\"}]}");
    write(folder, "final_artifact.json", "{\"type\":\"report\"}");
    write(folder, "ui.json", "{\"components\":[{\"type\":\"video\",\"source\":\"film.mp4\"}]}");
    write(folder, "web_ui.json", "{\"url\":\"http://127.0.0.1:56001\"}");
    write(folder, "reports/summary.md", "# Summary\n");
    write(folder, "report.pdf", "a report");
    write(folder, "film.mp4", "a film");
  }

  /** The {@code run.json} of a run that has ended. */
  public static String ended(String run, String startedAt) {
    return """
        {"run_id":"%s","blueprint_id":"harbour-report","status":"completed","trace_id":"trc_1",
         "started_at":"%s","ended_at":"2026-06-20T10:02:05.000Z"}
        """
        .formatted(run, startedAt);
  }

  public static Path write(Path folder, String name, String content) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
