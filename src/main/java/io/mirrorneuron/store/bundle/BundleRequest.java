package io.mirrorneuron.store.bundle;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A bundle in a request, among other members: uploaded before, or a manifest with the texts of its
 * payload files. Read by {@link io.mirrorneuron.wire.LenientJson}.
 *
 * @param manifest as a tree; empty when it is given as text or not at all
 * @param manifestJson as text
 * @param bundlePath the handle of an uploaded bundle
 * @param olderHandle the same by its older name
 * @param inputs an object of values by declared name, may contain null; or null
 */
public record BundleRequest(
    Map<String, Object> manifest,
    String manifestJson,
    Map<String, String> payloads,
    String bundlePath,
    @JsonProperty("_bundle_path") String olderHandle,
    Object inputs) {

  /** Names of the members that are read. */
  public static final Set<String> MEMBERS =
      Set.of("manifest", "manifest_json", "payloads", "bundle_path", "_bundle_path", "inputs");

  /** Runs the submission while holding an uploaded bundle. */
  public <T> T whileHeld(BundleStaging staging, Supplier<T> work) {
    String handle = handle();
    return handle == null ? work.get() : staging.using(handle, work);
  }

  private String handle() {
    return olderHandle == null ? bundlePath : olderHandle;
  }

  /**
   * The uploaded bundle when one is named, else the manifest.
   *
   * @param idempotencyKey of the caller, or null
   * @param subject from the caller's token, or null
   * @throws MnException INVALID when there is neither, and for undeclared inputs
   */
  public Submission submission(BundleStaging staging, String idempotencyKey, String subject) {
    String handle = handle();
    Map<String, Object> values = values();
    if (handle != null) {
      BundleStaging.Bundle bundle = staging.open(handle);
      var folder = new Submission.Payloads.Folder(bundle.payloads());
      String text = InputValues.into(bundle.manifest().json(), bundle.manifest().tree(), values);
      return new Submission(text, folder, idempotencyKey, subject);
    }
    if (manifestJson == null && manifest.isEmpty()) {
      throw MnException.invalid("manifest, manifest_json or bundle_path is required");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    payloads.forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
    String written = manifestJson == null ? Json.write(manifest) : manifestJson;
    String text =
        values.isEmpty()
            ? written
            : InputValues.into(written, JsonText.distinct(written, "manifest_json"), values);
    return new Submission(text, new Submission.Payloads.Inline(files), idempotencyKey, subject);
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (inputs instanceof Map<?, ?> given) {
      given.forEach((name, value) -> values.put((String) name, value));
    }
    return values;
  }
}
