package io.mirrorneuron.launch.hook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LaunchSecrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of hooks in the folder of their run. Programs of the run write there too, so files read
 * there are not trusted, and obstacles are removed.
 */
public final class HookFiles {
  private static final Logger LOG = LoggerFactory.getLogger(HookFiles.class);

  private final RunStore runs;

  public HookFiles(RunStore runs) {
    this.runs = runs;
  }

  /** The folder of the run, made when there is none. */
  Path folder(String runId) {
    return runs.open(runId).path();
  }

  Path root() {
    return runs.root();
  }

  /** Removes a file of an earlier try. */
  void clear(String runId, String name) {
    try (OpenFolder folder = OpenFolder.at(folder(runId))) {
      folder.deleteTree(name);
    } catch (IOException e) {
      throw MnException.unavailable("the folder of run " + runId + " cannot be used", e);
    }
  }

  /** Writes a document for people and clients; that it cannot be written stops nothing. */
  void note(String runId, String name, Object document) {
    try (OpenFolder folder = OpenFolder.at(folder(runId));
        FileChannel file = folder.write(name)) {
      ByteBuffer bytes = ByteBuffer.wrap(Json.write(document).getBytes(StandardCharsets.UTF_8));
      file.truncate(0);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException | MnException e) {
      LOG.warn("{} of run {} cannot be written: {}", name, runId, e.toString());
    }
  }

  HookOutput output(String runId, String name, LaunchSecrets secrets) {
    try (OpenFolder folder = OpenFolder.at(folder(runId))) {
      return new HookOutput(folder.append(name), secrets);
    } catch (IOException e) {
      throw MnException.unavailable(name + " of run " + runId + " cannot be written", e);
    }
  }

  /** Whether there is a job of the run already, or was. */
  boolean isOfJob(String runId) {
    Path folder = runs.root().resolve(runId);
    return Files.exists(folder.resolve("job.json")) || Files.exists(folder.resolve("run.json"));
  }

  /** Removes the folder of a run that has come to no job. */
  void remove(String runId) {
    if (isOfJob(runId)) {
      return;
    }
    try (OpenFolder all = OpenFolder.at(runs.root())) {
      all.deleteTree(runId);
    } catch (IOException e) {
      LOG.warn(
          "the folder of run {}, which has no job, cannot be removed: {}", runId, e.toString());
    }
  }
}
