package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Replaces a value that is stored as an artifact: {@code {type: artifact_ref, run_id, path,
 * size_bytes, sha256, media_type, url}}.
 *
 * @param runId of the run whose folder holds it
 * @param path in that folder
 * @param sha256 of its bytes, in lower-case hex
 */
public record ArtifactRef(String type, String runId, String path, long sizeBytes, String sha256) {
  private static final String TYPE = "artifact_ref";
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public static ArtifactRef of(String runId, String path, long sizeBytes, String sha256) {
    return new ArtifactRef(TYPE, runId, path, sizeBytes, sha256);
  }

  /** The artifact behind the value, if it is such a reference. Programs write them too. */
  public static Optional<ArtifactRef> in(JsonNode value) {
    if (!(value instanceof ObjectNode object && value.path("type").asText().equals(TYPE))) {
      return Optional.empty();
    }
    ArtifactRef found = LenientJson.read(object, ArtifactRef.class);
    boolean whole =
        found.runId != null
            && found.sha256 != null
            && SHA256.matcher(found.sha256).matches()
            && path(found.sha256).equals(found.path);
    return whole ? Optional.of(found) : Optional.empty();
  }

  /** The path in the run's folder; it determines the content. */
  public static String path(String sha256) {
    return "results/" + sha256 + ".json";
  }

  public ObjectNode json() {
    ObjectNode json = Json.object().put("type", type).put("run_id", runId).put("path", path);
    json.put("size_bytes", sizeBytes).put("sha256", sha256);
    json.put("media_type", "application/json");
    return json.put("url", url());
  }

  /** Its URL in the API. */
  public String url() {
    return "/api/v1/runs/" + runId + "/artifacts/" + path;
  }
}
