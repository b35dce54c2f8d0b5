package io.mirrorneuron.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.stream.Stream;

/**
 * A document that the HTTP API answered.
 *
 * @param json as it was written
 */
public record RestAnswer(JsonNode json) {

  /**
   * @throws MnException when it is no JSON: whoever answered is no MirrorNeuron
   */
  static RestAnswer of(String text) {
    try {
      return new RestAnswer(Json.parse(text));
    } catch (JsonProcessingException e) {
      throw new MnException(
          ErrorCode.UNAVAILABLE,
          "no_api",
          "what was answered is not JSON; is this the address of a MirrorNeuron API?");
    }
  }

  /** What a runtime told, as the API would have written it. */
  public static RestAnswer like(Object reported) {
    return of(Json.write(reported)); // a row of jobs is text that only this reads
  }

  /** Those members that the record has; see {@link LenientJson}. */
  public <T> T as(Class<T> form) {
    return LenientJson.read(json, form);
  }

  /** A value that is neither list nor object, as text. */
  String text() {
    return json.asText();
  }

  /** A member; of which nothing is told when there is none. */
  public RestAnswer member(String name) {
    return new RestAnswer(json.path(name));
  }

  /** The same document without these members. */
  public RestAnswer without(String... members) {
    return json instanceof ObjectNode object
        ? new RestAnswer(object.deepCopy().without(List.of(members)))
        : this;
  }

  /** On one line. */
  public String line() {
    return Json.write(json);
  }

  /** The elements of a member that is a list. */
  public Stream<RestAnswer> elements(String member) {
    return Json.elements(json.path(member)).map(RestAnswer::new);
  }
}
