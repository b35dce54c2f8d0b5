package io.mirrorneuron.bus;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A request that fits the contract, on its way to an area. Path, query and header parameters lie at
 * the top level under their names, decoded to the type that the contract declares, with defaults
 * filled in; members of the envelope itself start with {@code $}.
 */
public record ApiCall(JsonObject json) {
  private static final String BODY = "$body";
  private static final String SUBJECT = "$subject";
  private static final String ROLE = "$role";
  private static final String ACCEPT = "$accept";
  private static final String WAIT = "$wait_ms";
  private static final String NUMBER = "$number";
  static final String UPLOAD = "$upload";
  private static final String RAW = "$raw";
  private static final String ACCEPTED = "$accepted";
  private static final String OF_NODE = "$of_node";
  private static final String MARKED = "$marked";

  public ApiCall() {
    this(new JsonObject());
  }

  public ApiCall with(String parameter, Object value) {
    json.put(parameter, value);
    return this;
  }

  public ApiCall withBody(JsonObject body) {
    json.put(BODY, body);
    return this;
  }

  /** Adds the raw bytes of a body without schema. */
  public ApiCall withRaw(byte[] body) {
    json.put(RAW, Base64.getEncoder().encodeToString(body));
    return this;
  }

  /** Adds the caller. A read that many followers share has none. */
  public ApiCall withCaller(Principal caller) {
    if (caller.subject() != null) {
      json.put(SUBJECT, caller.subject());
    }
    json.put(ROLE, caller.role().name());
    return this;
  }

  /** Set when the request wants another media type than the operation's first. */
  public ApiCall withAccept(String mediaType) {
    json.put(ACCEPT, mediaType);
    return this;
  }

  /** Lets a cursor read wait this long for something new before it answers with an empty page. */
  public ApiCall withWait(Duration wait) {
    json.put(WAIT, wait.toMillis());
    return this;
  }

  public ApiCall withUpload(Upload upload) {
    json.put(
        UPLOAD,
        new JsonObject().put("path", upload.path().toString()).put("file_name", upload.fileName()));
    return this;
  }

  public boolean hasUpload() {
    return json.containsKey(UPLOAD);
  }

  /** Numbers the call, so that the area can learn when its caller no longer waits. */
  public ApiCall withNumber(long number) {
    json.put(NUMBER, number);
    return this;
  }

  /** Null when the area cannot learn whether the caller still waits. */
  public Long number() {
    return json.getLong(NUMBER);
  }

  /** A call that another node has passed on. */
  static ApiCall ofNode(JsonObject json) {
    return new ApiCall(json.put(OF_NODE, true));
  }

  /** Whether another node forwarded it, so that it must not be forwarded again. */
  public boolean isOfNode() {
    return json.getBoolean(OF_NODE, false);
  }

  /** A call whose rows get a place, because they will be merged with rows of other nodes. */
  ApiCall marked() {
    return new ApiCall(json.copy().put(MARKED, true));
  }

  /** Whether each row of the answer needs its place, see {@link PageMerge}. */
  public boolean isMarked() {
    return json.getBoolean(MARKED, false);
  }

  /** A copy for another node, without the number, which is valid here only. */
  JsonObject forNode() {
    JsonObject copy = json.copy();
    copy.remove(NUMBER);
    return copy;
  }

  /** Completes on the caller's event loop, if there is one. */
  static <T> Future<T> onCaller(CompletionStage<T> stage) {
    Context caller = Vertx.currentContext();
    return caller == null
        ? Future.fromCompletionStage(stage)
        : Future.fromCompletionStage(stage, caller);
  }

  /** Null when absent. */
  public String text(String parameter) {
    return json.getString(parameter);
  }

  /** The values of a parameter that may be given several times; none when it is not given. */
  public List<String> texts(String parameter) {
    return json.getJsonArray(parameter, new JsonArray()).stream().map(Object::toString).toList();
  }

  public boolean has(String parameter) {
    return json.getValue(parameter) != null;
  }

  public long integer(String parameter) {
    return json.getLong(parameter);
  }

  public double number(String parameter) {
    return json.getDouble(parameter);
  }

  public boolean flag(String parameter) {
    return json.getBoolean(parameter);
  }

  /** The authenticated name of the caller; null when its token has none. */
  public String subject() {
    return json.getString(SUBJECT);
  }

  /** Null for a read that many followers share. */
  public Role role() {
    String role = json.getString(ROLE);
    return role == null ? null : Role.valueOf(role);
  }

  public boolean accepts(String mediaType) {
    return mediaType.equals(json.getString(ACCEPT));
  }

  /** How long a cursor read may wait for something new; zero when it must answer at once. */
  public Duration patience() {
    return Duration.ofMillis(json.getLong(WAIT, 0L));
  }

  /** Marks the answer as intermediate (202). */
  public void accept() {
    json.put(ACCEPTED, true);
  }

  /** How the answer is sent. */
  DeliveryOptions delivery() {
    DeliveryOptions delivery = new DeliveryOptions();
    if (json.getBoolean(ACCEPTED, false)) {
      delivery.addHeader(Addresses.ACCEPTED, "");
    }
    String preferred = AskedWait.applied(this, json.getBoolean(ACCEPTED, false));
    if (!preferred.isEmpty()) {
      delivery.addHeader(Addresses.PREFERRED, preferred);
    }
    return delivery;
  }

  /** All members but one parameter; equal for calls that otherwise ask the same. */
  public Map<String, Object> without(String parameter) {
    Map<String, Object> rest = new HashMap<>(json.getMap());
    rest.remove(parameter);
    return rest;
  }

  /** Names of the members of the body; none when the request had none. */
  public Set<String> members() {
    JsonObject body = json.getJsonObject(BODY);
    return body == null ? Set.of() : body.fieldNames();
  }

  /** An empty object when the request had none. */
  public ObjectNode body() {
    JsonObject body = json.getJsonObject(BODY);
    return body == null ? Json.object() : Json.parseObject(body.encode(), "body");
  }

  /** The bytes of a body that the contract does not describe. */
  public byte[] raw() {
    return Base64.getDecoder().decode(json.getString(RAW));
  }

  public Upload upload() {
    JsonObject upload = json.getJsonObject(UPLOAD);
    return new Upload(Path.of(upload.getString("path")), upload.getString("file_name"));
  }

  /**
   * A file that came with the request. The gateway made it and removes it after the answer.
   *
   * @param fileName as the client calls it; never to be used as a path
   */
  public record Upload(Path path, String fileName) {}
}
