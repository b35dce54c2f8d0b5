package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.blueprint.bundle.BundleConfig;
import io.mirrorneuron.bundle.GivenInputs;
import io.mirrorneuron.bundle.SkippedChecks;
import io.mirrorneuron.bus.IgnoredMembers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.JsonText;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The body of {@code POST /jobs}, and what it submits.
 *
 * @param manifest as a tree; null when it is given as text or not at all
 * @param manifestJson as text; a tree from older clients; null when it is not given
 * @param inputs values by the names that the manifest declares
 * @param ignored sentences about members that mean nothing here
 */
record SubmitRequest(
    JsonNode manifest,
    JsonNode manifestJson,
    Map<String, byte[]> payloads,
    String bundleHandle,
    Map<String, JsonNode> inputs,
    boolean force,
    List<String> ignored) {
  private static final String MANIFEST_JSON = "manifest_json";

  /** The handle's older name, which clients of the original server send; it is in no contract. */
  private static final String OLDER_HANDLE = "_bundle_path";

  private static final Set<String> MEMBERS =
      Set.of("manifest", MANIFEST_JSON, "payloads", "bundle_path", OLDER_HANDLE, "inputs", "force");

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
        inputs(told.inputs),
        told.force,
        IgnoredMembers.of(body.properties().stream().map(Map.Entry::getKey), MEMBERS));
  }

  private record Body(
      JsonNode manifest,
      JsonNode manifestJson,
      Map<String, JsonNode> payloads,
      String bundlePath,
      @JsonProperty(OLDER_HANDLE) JsonNode olderHandle,
      JsonNode inputs,
      boolean force) {}

  private static Map<String, JsonNode> inputs(JsonNode told) {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    if (told != null) {
      told.properties().forEach(one -> inputs.put(one.getKey(), one.getValue()));
    }
    return inputs;
  }

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
              filled(bundle.manifest().json(), bundle.manifest().tree()),
              new Submission.Payloads.Folder(bundle.payloads()),
              idempotencyKey)
          .from(origin(bundle));
    }
    String text = manifestText();
    ObjectNode read = JsonText.distinct(text, MANIFEST_JSON);
    if (isObject(manifest) && !manifest.equals(read)) {
      throw refusal("value_error", MANIFEST_JSON, "is another manifest than manifest");
    }
    return new Submission(
        filled(text, read), new Submission.Payloads.Inline(payloads), idempotencyKey);
  }

  /** Runs what takes the submission in; an uploaded bundle stays meanwhile. */
  <T> T whileHeld(BundleStaging staging, Supplier<T> work) {
    return bundleHandle.isEmpty() ? work.get() : staging.using(bundleHandle, work);
  }

  /** Its files were sent, so nothing of them is trusted. */
  private static Submission.Origin origin(BundleStaging.Bundle bundle) {
    return bundle.manifest().hasInputRules()
        ? new Submission.Origin(null, BundleConfig.ofFiles(bundle.folder()))
        : Submission.Origin.UNKNOWN;
  }

  /** The report, with places in the file where the manifest is one of an uploaded bundle. */
  Validation located(BundleStaging staging, Validation report) {
    return bundleHandle.isEmpty() ? report : staging.open(bundleHandle).manifest().located(report);
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

  /** Untouched without inputs and force: the author's text is what is stored. */
  private String filled(String text, ObjectNode manifest) {
    String given = GivenInputs.into(text, manifest, inputs);
    return force ? SkippedChecks.into(given) : given;
  }
}
