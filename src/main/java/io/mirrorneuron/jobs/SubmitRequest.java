package io.mirrorneuron.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of {@code POST /jobs}, and what it submits. */
record SubmitRequest(
    JsonNode manifestJson, Map<String, byte[]> payloads, String bundleHandle, boolean force) {
  private static final List<String> SKIPPED_BY_FORCE =
      List.of("services", "input_validation", "soft_requirements");

  static SubmitRequest read(ObjectNode body) {
    Map<String, byte[]> payloads = new LinkedHashMap<>();
    body.path("payloads")
        .properties()
        .forEach(
            file ->
                payloads.put(
                    file.getKey(), file.getValue().asText().getBytes(StandardCharsets.UTF_8)));
    String handle = body.path("_bundle_path").asText("");
    return new SubmitRequest(
        body.path("manifest_json"),
        payloads,
        handle.isEmpty() ? body.path("bundle_path").asText("") : handle,
        body.path("force").asBoolean(false));
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
    if (manifestJson.isMissingNode() || manifestJson.isNull()) {
      throw MnException.invalid("manifest_json or _bundle_path is required");
    }
    String text = manifestJson.isTextual() ? manifestJson.textValue() : manifestJson.toString();
    ObjectNode manifest = Json.parseObject(text, "manifest_json");
    return new Submission(
        forced(text, manifest), new Submission.Payloads.Inline(payloads), idempotencyKey);
  }

  /** Untouched without force: the author's text is what is stored. */
  private String forced(String text, ObjectNode manifest) {
    if (!force) {
      return text;
    }
    ObjectNode metadata =
        manifest.get("metadata") instanceof ObjectNode present
            ? present
            : manifest.putObject("metadata");
    ObjectNode validation = metadata.putObject("mn_validation");
    validation.put("force", true).put("status", "skipped");
    validation.set("skipped_checks", Json.MAPPER.valueToTree(SKIPPED_BY_FORCE));
    return Json.write(manifest);
  }
}
