package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files within reach that the documents of a run name as its outputs. The index of an output is
 * its position in the documents, so it is stable when another file vanishes. Blocking and
 * thread-safe.
 */
public final class Outputs {
  private static final int CHECKSUMS = 5_000;
  private static final List<String> DOCUMENTS =
      List.of(
          "post_launch_materialized.json",
          "post_launch_state.json",
          "result.json",
          "final_artifact.json");
  private static final List<String> LISTS =
      List.of(
          "/output_files",
          "/final_artifact/output_files",
          "/result/output_files",
          "/result/final_artifact/output_files");

  private final Checksums checksums = new Checksums(CHECKSUMS);
  private final AllowedRoots reach;

  public Outputs(AllowedRoots reach) {
    this.reach = reach;
  }

  /** An output as a document names it. */
  private record Named(Path path, JsonNode entry) {}

  /**
   * References to the existing outputs, with the members of artifacts and {@code {kind, name,
   * label, source: "post_launch_output", external: true}}.
   */
  public List<ObjectNode> refs(RunFolder folder) {
    List<ObjectNode> refs = new ArrayList<>();
    List<Named> named = named(folder);
    for (int index = 0; index < named.size(); index++) {
      Named output = named.get(index);
      Optional<AllowedRoots.Place> place =
          reach.within(folder.path(), output.path()).filter(found -> isFile(found.path()));
      if (place.isPresent()) {
        try {
          Checksums.Sum sum = checksums.of(place.get().path(), place.get().root());
          refs.add(ref(folder, index, output, sum));
        } catch (IOException e) {
          continue; // deleted while the list was made, or not for clients
        }
      }
    }
    return refs;
  }

  /**
   * @throws MnException NOT_FOUND, FORBIDDEN {@code output is outside allowed roots}
   */
  public ServedFile find(RunFolder folder, long index) {
    List<Named> named = named(folder);
    if (index < 0 || index >= named.size()) {
      throw notFound();
    }
    Path path = named.get((int) index).path();
    AllowedRoots.Place place =
        reach
            .within(folder.path(), path)
            .orElseThrow(
                () ->
                    new MnException(
                        ErrorCode.FORBIDDEN,
                        "outside_allowed_roots",
                        "output is outside allowed roots"));
    if (!isFile(place.path()) || UntrustedFiles.fault(place.path(), place.root()) != null) {
      throw notFound();
    }
    return ServedFile.of(place.path(), path.getFileName().toString(), place.root());
  }

  private List<Named> named(RunFolder folder) {
    Map<Path, Named> named = new LinkedHashMap<>();
    for (String name : DOCUMENTS) {
      JsonNode document = folder.peek(name).orElse(null);
      if (document != null) {
        for (String list : LISTS) {
          for (JsonNode entry : document.at(list)) {
            path(entry)
                .flatMap(text -> reach.resolve(folder.path(), text))
                .ifPresent(path -> named.putIfAbsent(path, new Named(path, entry)));
          }
        }
      }
    }
    return List.copyOf(named.values());
  }

  private static Optional<String> path(JsonNode entry) {
    if (entry.isTextual()) {
      return Optional.of(entry.textValue()).filter(text -> !text.isBlank());
    }
    return text(entry, "path", "file", "file_path", "local_path");
  }

  private static ObjectNode ref(RunFolder folder, int index, Named output, Checksums.Sum sum) {
    String name = output.path().getFileName().toString();
    String stem = name.replaceFirst("(?<=.)\\.[^.]*$", "");
    String kind = text(output.entry(), "kind", "artifact_id").orElse(stem);
    return ServedFile.reference(
            folder,
            "output_" + index + "_" + ServedFile.slug(kind),
            output.path(),
            name,
            sum,
            "/outputs/" + index)
        .put("kind", kind)
        .put("name", name)
        .put("label", text(output.entry(), "label", "name").orElse(name))
        .put("source", "post_launch_output")
        .put("external", true);
  }

  /** The first of the members that is a text. */
  private static Optional<String> text(JsonNode entry, String... members) {
    for (String member : members) {
      String text = entry.path(member).asText("");
      if (!text.isBlank()) {
        return Optional.of(text);
      }
    }
    return Optional.empty();
  }

  private static boolean isFile(Path path) {
    return UntrustedFiles.isFile(path);
  }

  private static MnException notFound() {
    return new MnException(ErrorCode.NOT_FOUND, "output_not_found", "output not found");
  }
}
