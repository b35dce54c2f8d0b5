package io.mirrorneuron.runtime.manifest;

import io.mirrorneuron.runtime.manifest.graph.Upload;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.port.WorkspaceNames;
import java.util.Set;
import java.util.stream.Stream;

/** Payload files that would lie where the server puts files of its own. */
final class TakenNames {
  private TakenNames() {}

  /**
   * What a program cannot be started with is an error, what it does not see is a warning.
   *
   * @param config of the node, where it is told
   * @param files below {@code payloads/}, canonical
   * @param present the same and their folders
   */
  static void check(ManifestValue config, Upload upload, Set<String> files, Set<String> present) {
    Stream.concat(WorkspaceNames.FILES.stream(), Stream.of(WorkspaceNames.TEMPORARY))
        .sorted()
        .forEach(name -> check(config, name, source(upload, name), files, present));
  }

  /** What of the payloads would get the name, or be below it; null when nothing can. */
  private static String source(Upload upload, String name) {
    if (upload.target().equals(name)) {
      return upload.source();
    }
    boolean isAll = upload.target().isEmpty();
    return isAll && !upload.source().isEmpty() ? upload.source() + "/" + name : isAll ? name : null;
  }

  private static void check(
      ManifestValue config, String name, String source, Set<String> files, Set<String> present) {
    boolean isFile = files.contains(source);
    boolean isInTheWay =
        name.equals(WorkspaceNames.TEMPORARY) ? isFile : !isFile && present.contains(source);
    if (isInTheWay) {
      config.error(
          ManifestProblem.CONFLICT,
          "%s of the payloads cannot be there: the server needs the name %s in the folder in which the program starts, so give it another name"
              .formatted(ManifestValue.shown(source), name));
    } else if (isFile && WorkspaceNames.MESSAGE_FILES.contains(name)) {
      config.warn(
          "%s of the payloads is replaced by the server's own %s in the folder in which the program starts; give it another name"
              .formatted(ManifestValue.shown(source), name));
    }
  }
}
