package io.mirrorneuron.launch;

import io.mirrorneuron.launch.NamedFolders.Named;
import io.mirrorneuron.launch.NamedFolders.Use;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.storage.OutOfRoom;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Folders that configurations name as input or output: inputs are copied into the folder of the
 * submission, and configurations name the copies; outputs are written to what lies in the run.
 *
 * @param submissions where the runtime has the folders of submissions; null where it is elsewhere
 * @param roots below which inputs may lie that are not in the bundle
 */
public record SubmittedFolders(Path submissions, List<Path> roots) {
  private static final long MOST_BYTES = 4L << 30;
  private static final int MOST_FILES = 100_000;

  /** Nothing is copied, and folders that are named stay what they are. */
  public static final SubmittedFolders NONE = new SubmittedFolders(null, List.of());

  /**
   * A configuration whose folders are there.
   *
   * @param storage what the manifest says of the folder of its submission; empty when it needs none
   */
  public record Placed(Map<String, Object> config, Map<String, Object> storage) {}

  /** What is wrong with the folders that a configuration names as input. */
  public List<Issue> faults(Map<String, Object> config, Path bundle) {
    List<Issue> faults = new ArrayList<>();
    for (Named named : NamedFolders.in(config)) {
      boolean isWanted =
          named.use() == Use.INPUT && named.path().filter(Path::isAbsolute).isPresent();
      if (isWanted && source(named, bundle).isEmpty()) {
        faults.add(
            Issue.error(
                "config.input_folder",
                "%s names a folder that is not below the bundle or blueprint.input_roots, or is not there"
                    .formatted(named.place()),
                "Put it into the bundle, or below a folder that the operator adds to"
                    + " blueprint.input_roots (MN_BLUEPRINT_INPUT_ROOTS).",
                new Location(
                    "config", named.place(), "/config/" + named.place().replace('.', '/'))));
      }
    }
    return submissions == null ? List.of() : faults;
  }

  /** Where an input lies, without links; empty when it may not be read, or is none. */
  private Optional<Path> source(Named named, Path bundle) {
    return named
        .path()
        .flatMap(path -> real(bundle.resolve(path)))
        .filter(
            real ->
                Stream.concat(
                        Stream.of(bundle), roots.stream().flatMap(root -> real(root).stream()))
                    .anyMatch(root -> real.startsWith(root) && !real.equals(bundle)));
  }

  private static Optional<Path> real(Path folder) {
    try {
      Path real = folder.toRealPath();
      return Files.isDirectory(real) ? Optional.of(real) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Copies the inputs. What an earlier try has left is replaced.
   *
   * @param id of the submission
   * @param progress told the bytes of all, now and then
   * @throws MnException TOO_LARGE, UNAVAILABLE
   */
  public Placed place(Map<String, Object> config, Path bundle, String id, LongConsumer progress) {
    boolean isNone = submissions == null || NamedFolders.in(config).isEmpty();
    if (isNone) {
      return new Placed(config, Map.of());
    }
    TreeCopy copy = new TreeCopy("the input", MOST_BYTES, MOST_FILES, false, progress);
    List<Map<String, Object>> inputs = new ArrayList<>();
    try {
      remove(id);
      Path own = Files.createDirectories(submissions).toRealPath().resolve(id);
      Path user = Files.createDirectories(own.resolve("outputs")).resolve("user");
      Files.createDirectories(own.resolve("inputs"));
      Map<String, Object> changed =
          NamedFolders.replaced(
              config,
              (named, text) ->
                  named.use() == Use.OUTPUT
                      ? named.path().filter(Path::isAbsolute).map(_ -> user.toString()).orElse(text)
                      : source(named, bundle)
                          .map(from -> copied(copy, from, own.resolve("inputs"), named, inputs))
                          .orElse(text));
      return new Placed(changed, storage(own, inputs));
    } catch (IOException e) {
      throw DiskFault.of("the inputs of the launch cannot be copied to the disk", e);
    }
  }

  private static String copied(
      TreeCopy copy, Path from, Path inputs, Named named, List<Map<String, Object>> reported) {
    Path to = inputs.resolve((reported.size() + 1) + "-" + from.getFileName());
    try {
      copy.make(from, to);
    } catch (IOException e) {
      if (OutOfRoom.isIn(e)) {
        throw DiskFault.of("the inputs of the launch cannot be copied to the disk", e);
      }
      throw new MnException(
          ErrorCode.UNAVAILABLE,
          "input_not_copied",
          "the folder that %s names cannot be copied: %s".formatted(named.place(), e.getMessage()),
          null,
          e);
    }
    reported.add(Map.of("config_path", named.place(), "path", to.toString()));
    return to.toString();
  }

  private Map<String, Object> storage(Path own, List<Map<String, Object>> inputs) {
    Map<String, Object> storage = new LinkedHashMap<>();
    storage.put("version", "mn.shared_storage/v1");
    storage.put("submission_id", own.getFileName().toString());
    storage.put("submission_path", own.toString());
    storage.put("host_submission_path", own.toString());
    storage.put("inputs", Map.of("root", own.resolve("inputs").toString(), "folders", inputs));
    Path outputs = own.resolve("outputs");
    storage.put(
        "outputs",
        Map.of(
            "root", outputs.toString(),
            "user", outputs.resolve("user").toString(),
            "runs", outputs.resolve("runs").toString()));
    return storage;
  }

  /** Removes what was placed, unless a job has it. */
  public void remove(String id) {
    if (submissions == null
        || Files.exists(submissions.resolve(".held").resolve(id), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (OpenFolder all = OpenFolder.at(submissions.toRealPath())) {
      all.deleteTree(id);
    } catch (NoSuchFileException e) {
      // nobody has made any
    } catch (IOException e) {
      throw MnException.unavailable("what an earlier try has copied cannot be removed", e);
    }
  }
}
