package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The sample bundles that come with the program. */
public final class Samples {
  private static final List<String> NAMES =
      List.of(
          "shell-chain",
          "python-fanout",
          "router-only",
          "review-pipeline",
          "quorum-vote",
          "scatter-gather",
          "branching",
          "flaky-step",
          "log-stream",
          "counter-service",
          "slow-consumer",
          "python-packages",
          "human-safe");

  /** The names for command lines: in their help and when they complete a word. */
  public static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return NAMES.iterator();
    }
  }

  private Samples() {}

  public static List<String> names() {
    return NAMES;
  }

  /**
   * Writes a sample's manifest, payloads and README into a folder.
   *
   * @param folder made when absent
   * @throws MnException (NOT_FOUND) for an unknown name
   */
  public static void unpack(String name, Path folder) {
    if (!NAMES.contains(name)) {
      throw MnException.notFound("sample", name);
    }
    try {
      PackagedFolder.copyOf("/samples/" + name + "/manifest.json", folder);
    } catch (IOException e) {
      throw new UncheckedIOException("sample " + name + " cannot be written to " + folder, e);
    }
  }
}
