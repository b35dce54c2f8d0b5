package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Programs that note that they run, and end when they may.
 *
 * @param folder where they note it
 */
public record WaitingPrograms(Path folder) {

  /** A job of one of them. */
  public ObjectNode manifest(String type, String name) {
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", name);
    manifest.putArray("entrypoints").add("work");
    manifest.putObject("policies").put("job_type", type);
    manifest.put("job_type", type);
    ObjectNode work = manifest.putArray("nodes").addObject().put("node_id", "work");
    work.put("agent_type", "executor");
    work.putObject("config")
        .put("runner_module", "MirrorNeuron.Runner.HostLocal")
        .put(
            "command",
            "echo ran >> %s; while [ ! -e %s ]; do sleep 0.1; done; echo '{}'"
                .formatted(noted(name), folder.resolve(name + ".may")));
    return manifest;
  }

  /** The same; its program runs on servers with this label only. */
  public ObjectNode manifest(String type, String name, String rack) {
    ObjectNode manifest = manifest(type, name);
    ObjectNode work = (ObjectNode) manifest.withArray("nodes").get(0);
    work.putArray("constraints").addObject().put("attribute", "meta.rack").put("value", rack);
    return manifest;
  }

  private Path noted(String name) {
    return folder.resolve(name + ".ran");
  }

  /** How often it was begun. */
  public int runs(String name) {
    try {
      return Files.exists(noted(name)) ? Files.readAllLines(noted(name)).size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void awaitRuns(String name, int times) {
    Eventually.eventually(name + " runs " + times + " times", () -> runs(name) == times);
  }

  /** Lets it end, now and whenever it is begun again. */
  public void let(String name) {
    try {
      Files.createFile(folder.resolve(name + ".may"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
