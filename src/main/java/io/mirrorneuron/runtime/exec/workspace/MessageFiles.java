package io.mirrorneuron.runtime.exec.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.JobMetadata;
import io.mirrorneuron.runtime.port.WorkspaceNames;
import io.mirrorneuron.wire.ArtifactRef;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** The files that tell a program what it was started for. */
public final class MessageFiles {
  public static final String INPUT = WorkspaceNames.INPUT;
  public static final String MESSAGE = WorkspaceNames.MESSAGE;
  public static final String BODY = WorkspaceNames.BODY;
  public static final String CONTEXT = WorkspaceNames.CONTEXT;

  /** Their names. */
  static final Set<String> ALL = WorkspaceNames.MESSAGE_FILES;

  private static final Set<String> JSON_LINES =
      Set.of("application/x-ndjson", "application/jsonl", "application/ndjson");

  private final ArtifactSink artifacts;
  private final Clock clock;

  MessageFiles(ArtifactSink artifacts, Clock clock) {
    this.artifacts = artifacts;
    this.clock = clock;
  }

  /** Whether a program is told all by the four files, and these hold what came along. */
  static boolean arePlain(Execution execution) {
    return ArtifactRef.in(execution.body()).isEmpty()
        && Stream.of(JobMetadata.values()).allMatch(fact -> execution.reported(fact) == null);
  }

  /**
   * Of a body that lies in an artifact the program gets the value itself, as if it had come along;
   * the file of the message has the reference.
   */
  void write(Path folder, Execution execution) throws IOException, NotStarted {
    Optional<ArtifactRef> kept = ArtifactRef.in(execution.body());
    if (kept.isPresent()) {
      fetch(kept.get(), folder.resolve(INPUT));
      Files.copy(folder.resolve(INPUT), folder.resolve(BODY));
    } else {
      write(folder, bodies(execution));
    }
    write(folder, facts(execution));
    for (JobMetadata fact : JobMetadata.values()) {
      String reported = execution.reported(fact);
      if (reported != null) {
        Files.writeString(folder.resolve(fact.file()), reported);
      }
    }
  }

  private static void write(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  /** All four, by name, of an execution of which they {@linkplain #arePlain are all}. */
  Map<String, byte[]> contents(Execution execution) throws NotStarted {
    try {
      Map<String, byte[]> all = new HashMap<>(bodies(execution));
      all.putAll(facts(execution));
      return all;
    } catch (IOException e) {
      throw new NotStarted("the message cannot be written: " + e.getMessage(), e);
    }
  }

  private static Map<String, byte[]> bodies(Execution execution) throws IOException, NotStarted {
    byte[] json = Json.MAPPER.writeValueAsBytes(execution.body());
    return Map.of(INPUT, json, BODY, encode(execution, json));
  }

  private Map<String, byte[]> facts(Execution execution) throws IOException {
    return Map.of(
        MESSAGE,
        Json.MAPPER.writeValueAsBytes(execution.message()),
        CONTEXT,
        Json.MAPPER.writeValueAsBytes(context(execution, clock.instant())));
  }

  private void fetch(ArtifactRef artifact, Path into) throws NotStarted {
    String what = "%s of run %s, the input,".formatted(artifact.path(), artifact.runId());
    String found;
    try (InputStream kept = artifacts.open(artifact);
        OutputStream out = Files.newOutputStream(into)) {
      var hashing = new DigestOutputStream(out, MessageDigest.getInstance("SHA-256"));
      kept.transferTo(hashing);
      found = HexFormat.of().formatHex(hashing.getMessageDigest().digest());
    } catch (IOException e) {
      throw new NotStarted(what + " cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
    if (!found.equals(artifact.sha256())) {
      throw new NotStarted(what + " is not what was kept: somebody has changed it");
    }
  }

  private static ObjectNode context(Execution execution, Instant now) {
    ObjectNode context =
        Json.object()
            .put("job_id", execution.jobId())
            .put("agent_id", execution.agentId())
            .put("agent_type", execution.agentType())
            .put("template_type", execution.templateType());
    context.set("agent_state", execution.agentState());
    context.set("workflow", execution.workflow());
    if (!execution.inputs().isEmpty()) {
      context.set("inputs", execution.inputs());
    }
    return context.put("timestamp", Json.timestamp(now));
  }

  /** The body; as bytes when it is text that stands for bytes. */
  private static JsonNode body(Execution execution) throws NotStarted {
    if (!execution.isBodyBase64()) {
      return execution.body();
    }
    try {
      return BinaryNode.valueOf(Base64.getDecoder().decode(execution.body().asText()));
    } catch (IllegalArgumentException e) {
      throw new NotStarted("body_base64 of the message is not base64: " + e.getMessage());
    }
  }

  private static byte[] encode(Execution execution, byte[] json) throws IOException, NotStarted {
    String type = execution.contentType().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    byte[] bytes = raw(body(execution), json, type);
    return switch (execution.contentEncoding()) {
      case "identity" -> bytes;
      case "gzip" -> gzip(bytes);
      default ->
          throw new NotStarted("unsupported content_encoding: " + execution.contentEncoding());
    };
  }

  private static byte[] raw(JsonNode body, byte[] json, String type) throws IOException {
    if (body.isBinary()) {
      return body.binaryValue();
    }
    if (JSON_LINES.contains(type) && !body.isTextual()) {
      var out = new ByteArrayOutputStream();
      for (JsonNode line : body.isArray() ? body : List.of(body)) {
        out.writeBytes(Json.MAPPER.writeValueAsBytes(line));
        out.write('\n');
      }
      return out.toByteArray();
    }
    boolean isJson = type.equals("application/json") || type.endsWith("+json");
    return body.isTextual() && !isJson ? body.asText().getBytes(StandardCharsets.UTF_8) : json;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
