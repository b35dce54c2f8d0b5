package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The body of {@code POST /jobs}, and what it submits.
 *
 * @param manifest as a tree; null when it is given as text or not at all
 * @param manifestJson as text; a tree from older clients; null when it is not given
 */
record SubmitRequest(
    JsonNode manifest,
    JsonNode manifestJson,
    Map<String, byte[]> payloads,
    String bundleHandle,
    boolean force) {
  private static final String MANIFEST_JSON = "manifest_json";

  /** The handle's older name, which clients of the original server send; it is in no contract. */
  private static final String OLDER_HANDLE = "_bundle_path";

  private static final List<String> SKIPPED_BY_FORCE =
      List.of("services", "input_validation", "soft_requirements");

  /** Expects a body that fits the contract. */
  static SubmitRequest read(ObjectNode body) {
    Body told = LenientJson.read(body, Body.class);
    Map<String, byte[]> payloads = new LinkedHashMap<>();
    told.payloads.forEach(
        (path, text) -> payloads.put(path, text.asText().getBytes(StandardCharsets.UTF_8)));
    String handle = olderHandle(told.olderHandle);
    return new SubmitRequest(
        told.manifest,
        told.manifestJson,
        payloads,
        handle.isEmpty() ? Objects.requireNonNullElse(told.bundlePath, "") : handle,
        told.force);
  }

  private record Body(
      JsonNode manifest,
      JsonNode manifestJson,
      Map<String, JsonNode> payloads,
      String bundlePath,
      @JsonProperty(OLDER_HANDLE) JsonNode olderHandle,
      boolean force) {}

  private static String olderHandle(JsonNode handle) {
    if (handle == null) {
      return "";
    }
    if (!handle.isTextual()) {
      throw refusal("type_error", OLDER_HANDLE, "must be a string");
    }
    return handle.textValue();
  }

  /**
   * The bundle when one is named, else the manifest.
   *
   * @param idempotencyKey or null
   */
  Submission submission(BundleStaging staging, String idempotencyKey) {
    if (!bundleHandle.isEmpty()) {
      BundleStaging.Bundle bundle = staging.open(bundleHandle);
      return new Submission(
          forced(bundle.manifestText(), bundle.manifest()),
          new Submission.Payloads.Folder(bundle.payloads()),
          idempotencyKey);
    }
    String text = manifestText();
    ObjectNode read = Json.parseObject(text, MANIFEST_JSON);
    if (isObject(manifest) && !manifest.equals(read)) {
      throw refusal("value_error", MANIFEST_JSON, "is another manifest than manifest");
    }
    return new Submission(
        forced(text, read), new Submission.Payloads.Inline(payloads), idempotencyKey);
  }

  private String manifestText() {
    if (manifestJson != null && manifestJson.isTextual()) {
      return manifestJson.textValue();
    }
    if (isObject(manifestJson)) {
      return manifestJson.toString();
    }
    if (isObject(manifest)) {
      return manifest.toString();
    }
    throw MnException.invalid("manifest, manifest_json or bundle_path is required");
  }

  private static boolean isObject(JsonNode given) {
    return given != null && given.isObject();
  }

  private static MnException refusal(String type, String member, String message) {
    return Fault.refusal(List.of(new Fault(type, List.of("body", member), message, null)));
  }

  /** Untouched without force: the author's text is what is stored. */
  private String forced(String text, ObjectNode read) {
    if (!force) {
      return text;
    }
    ObjectNode metadata =
        read.get("metadata") instanceof ObjectNode present ? present : read.putObject("metadata");
    ObjectNode validation = metadata.putObject("mn_validation");
    validation.put("force", true).put("status", "skipped");
    validation.set("skipped_checks", Json.MAPPER.valueToTree(SKIPPED_BY_FORCE));
    return Json.write(read);
  }
}
