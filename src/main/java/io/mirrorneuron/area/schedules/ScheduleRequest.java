package io.mirrorneuron.area.schedules;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The body of {@code POST /schedules}.
 *
 * @param manifest as a tree; empty when it is given as text or not at all
 * @param manifestJson as text
 * @param bundlePath the handle of an uploaded bundle
 * @param olderHandle the same by its older name
 */
record ScheduleRequest(
    Map<String, Object> manifest,
    String manifestJson,
    Map<String, String> payloads,
    String bundlePath,
    @JsonProperty("_bundle_path") String olderHandle,
    Map<String, Object> schedule,
    Map<String, Object> source) {

  static ScheduleRequest read(com.fasterxml.jackson.databind.JsonNode body) {
    return LenientJson.read(body, ScheduleRequest.class);
  }

  /** Runs what takes the submission in; an uploaded bundle stays meanwhile. */
  <T> T whileHeld(BundleStaging staging, Supplier<T> work) {
    String handle = handle();
    return handle == null ? work.get() : staging.using(handle, work);
  }

  private String handle() {
    return olderHandle == null ? bundlePath : olderHandle;
  }

  /** The bundle when one is named, else the manifest. */
  Submission bundle(BundleStaging staging) {
    String handle = handle();
    if (handle != null) {
      BundleStaging.Bundle bundle = staging.open(handle);
      return new Submission(
          bundle.manifest().json(), new Submission.Payloads.Folder(bundle.payloads()), null);
    }
    if (manifestJson == null && manifest.isEmpty()) {
      throw MnException.invalid("manifest, manifest_json or bundle_path is required");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    payloads.forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
    String text = manifestJson == null ? Json.write(manifest) : manifestJson;
    return new Submission(text, new Submission.Payloads.Inline(files), null);
  }
}
