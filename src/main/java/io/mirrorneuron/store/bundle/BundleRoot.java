package io.mirrorneuron.store.bundle;

import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds the root of a bundle in an unpacked zip. */
public final class BundleRoot {
  /** The folder of a bundle's payload files. */
  public static final String PAYLOADS = "payloads";

  private BundleRoot() {}

  /**
   * The folder itself, or the only folder in it.
   *
   * @throws MnException MALFORMED that says what is missing
   */
  public static Path in(Path folder) {
    if (isBundle(folder)) {
      return folder;
    }
    List<Path> top = new StagedFolder(folder).children();
    if (top.size() == 1 && isBundle(top.getFirst())) {
      return top.getFirst();
    }
    throw new MnException(
        ErrorCode.MALFORMED,
        "invalid_bundle",
        "bundle zip must contain manifest.json (or manifest.yaml) and payloads/: "
            + missing(top.size() == 1 ? List.of(folder, top.getFirst()) : List.of(folder)));
  }

  private static boolean isBundle(Path folder) {
    return ManifestFile.isIn(folder) && Files.isDirectory(folder.resolve(PAYLOADS));
  }

  /**
   * @param roots candidates
   */
  private static String missing(List<Path> roots) {
    if (roots.stream().anyMatch(ManifestFile::isIn)) {
      return "there is no payloads/ beside the manifest";
    }
    return roots.stream().anyMatch(root -> Files.isDirectory(root.resolve(PAYLOADS)))
        ? "there is no manifest beside payloads/"
        : "neither is at its root or in the only folder there";
  }
}
