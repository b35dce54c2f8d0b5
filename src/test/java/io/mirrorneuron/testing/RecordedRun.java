package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a server writes into the folder of a run. */
public final class RecordedRun {
  private RecordedRun() {}

  /** Returns once all is written that a server writes of a run that has ended. */
  public static void awaitWhole(Path run) {
    Eventually.eventually("the run is written", () -> isWhole(run.resolve("job.json")));
  }

  /** This file is the last one that is written. */
  private static boolean isWhole(Path job) {
    try {
      JsonNode document = Json.parse(Files.readString(job));
      return document.path("status").asText().matches("completed|failed|cancelled");
    } catch (IOException e) {
      return false; // it is not there yet
    }
  }
}
