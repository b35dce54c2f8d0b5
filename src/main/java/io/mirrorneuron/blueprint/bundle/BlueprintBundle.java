package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.MarkedSecrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A bundle that can be launched, as it lies in its folder. Reading one is blocking.
 *
 * @param origin where it was found
 * @param folder absolute, without links
 * @param facts the manifest as plain values
 * @param blueprint what the catalog tells of it, or what the bundle tells of itself
 */
public record BlueprintBundle(
    BundleOrigin origin,
    Path folder,
    ManifestFile manifest,
    Map<String, Object> facts,
    Blueprint blueprint) {
  private static final String PAYLOADS = "payloads";
  private static final String NO_OBJECT = " is malformed at line 1, column 1: it must be an object";

  /**
   * One of the catalog.
   *
   * @param folder of the bundle
   * @throws MnException INTERNAL with what is wrong with it; so do the others, MALFORMED
   */
  public static BlueprintBundle ofCatalog(Blueprint blueprint, Path folder) {
    BundleOrigin origin = BundleOrigin.CATALOG;
    Path place = place(origin, folder, "blueprint bundle directory was not found");
    ManifestFile manifest = manifest(origin, place, "blueprint bundle manifest.json was not found");
    return new BlueprintBundle(
        origin, place, manifest, BundleDocument.plain(manifest.tree()), blueprint);
  }

  /**
   * One in a folder of this machine that somebody names.
   *
   * @param folder absolute, without links: none is followed any more
   */
  public static BlueprintBundle at(Path folder) {
    try {
      OpenFolder.at(folder).close();
    } catch (IOException e) {
      throw BundleOrigin.PATH.refusal("blueprint path is not a directory", e);
    }
    return derived(BundleOrigin.PATH, folder, "blueprint path must contain manifest.json");
  }

  /** One that was uploaded, in the folder to which it was unpacked. */
  public static BlueprintBundle uploaded(Path folder) {
    return derived(
        BundleOrigin.UPLOAD,
        place(BundleOrigin.UPLOAD, folder, "unknown uploaded bundle"),
        "bundle zip must contain manifest.json and payloads/");
  }

  private static BlueprintBundle derived(BundleOrigin origin, Path folder, String noManifest) {
    ManifestFile manifest = manifest(origin, folder, noManifest);
    Map<String, Object> facts = BundleDocument.plain(manifest.tree());
    return new BlueprintBundle(
        origin, folder, manifest, facts, DerivedRecord.of(origin, folder, facts));
  }

  private static Path place(BundleOrigin origin, Path folder, String refusal) {
    if (!Files.isDirectory(folder)) {
      throw origin.refusal(refusal, null);
    }
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw origin.refusal(refusal, e);
    }
  }

  private static ManifestFile manifest(BundleOrigin origin, Path folder, String refusal) {
    if (!ManifestFile.isIn(folder)) {
      throw origin.refusal(refusal, null);
    }
    ManifestFile.NAMES.forEach(name -> requireInside(origin, folder, name));
    requireInside(origin, folder, PAYLOADS);
    try {
      return ManifestFile.within(folder, origin.what());
    } catch (MnException e) {
      throw origin.refusal(e, e.getMessage().replace(NO_OBJECT, " must be an object"));
    }
  }

  private static void requireInside(BundleOrigin origin, Path folder, String name) {
    Path place = folder.resolve(name);
    try {
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)
          && !place.toRealPath().startsWith(folder)) {
        throw origin.refusal(origin.what() + name + " is a link that leads out of it", null);
      }
    } catch (IOException e) {
      throw origin.refusal(origin.what() + name + " is a link that leads nowhere", e);
    }
  }

  /** Of the blueprint. */
  public String id() {
    return blueprint.id();
  }

  /** The manifest as answers tell it: without values that it calls secret. */
  public Map<String, Object> shownManifest() {
    var tree = manifest.tree();
    return BundleDocument.plain(MarkedSecrets.of(tree).hideIn(tree));
  }

  /** The files below {@code payloads/}; none when there is no such folder. */
  public Payloads payloads() {
    return new Payloads.Folder(folder.resolve(PAYLOADS));
  }

  /** Its web page as the manifest describes it; null for none. */
  public Object webUi() {
    return DottedPath.of("metadata.blueprint_web_ui_service").in(facts);
  }

  /** What its {@code scenario.json} says; empty when it has none. */
  public Optional<Map<String, Object>> scenario() {
    return BundleDocument.read(this, "scenario.json");
  }

  /** What a bundle that stands in no catalog tells of itself. */
  private static final class DerivedRecord {
    private static final int LONGEST_ID = 160;

    private static final List<String> IDS =
        List.of(
            "metadata.blueprint_id",
            "identity.blueprint_id",
            "blueprint_id",
            "id",
            "workflow_id",
            "workflow.workflow_id");
    private static final List<String> NAMES = List.of("name", "job_name", "metadata.name");
    private static final List<String> DESCRIPTIONS = List.of("description", "metadata.description");

    private DerivedRecord() {}

    static Blueprint of(BundleOrigin origin, Path folder, Map<String, Object> manifest) {
      String directory = folder.getFileName().toString();
      String id = id(manifest, directory);
      Map<String, Object> reported = new LinkedHashMap<>();
      reported.put("name", first(manifest, NAMES, id));
      reported.put("description", first(manifest, DESCRIPTIONS, ""));
      reported.put("job_name", first(manifest, List.of("job_name"), ""));
      reported.put(
          "workflow_id", first(manifest, List.of("workflow_id", "workflow.workflow_id"), ""));
      reported.put("path", directory);
      String place = origin == BundleOrigin.PATH ? folder.toString() : null;
      return Blueprint.ofBundle(id, reported, manifest, origin.recorded(), place);
    }

    /** The name of a manifest with steps at its root is its id. */
    private static String id(Map<String, Object> manifest, String directory) {
      boolean isWorkflow =
          manifest.get("workflow") instanceof Map<?, ?>
              || "Workflow".equals(manifest.get("kind"))
              || manifest.get("apiVersion") != null;
      String last =
          isWorkflow ? null : manifest.get("steps") instanceof List<?> ? "name" : "graph_id";
      List<String> paths = Stream.concat(IDS.stream(), Stream.ofNullable(last)).toList();
      String safe = first(manifest, paths, directory).strip().replaceAll("[^A-Za-z0-9_.-]", "_");
      return safe.substring(0, Math.min(safe.length(), LONGEST_ID));
    }

    private static String first(
        Map<String, Object> manifest, List<String> paths, String otherwise) {
      return paths.stream()
          .map(path -> DottedPath.text(DottedPath.of(path).in(manifest)))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(otherwise);
    }
  }
}
