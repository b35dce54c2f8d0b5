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

/** A JSON document from the HTTP API. */
public record RestAnswer(JsonNode json) {

  /**
   * @throws MnException when it is no JSON, so the server is no MirrorNeuron
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

  /** Converts a runtime's answer to the API's form. */
  public static RestAnswer like(Object reported) {
    return of(Json.write(reported)); // a row of jobs is text that only this reads
  }

  /** Reads the members of the record; see {@link LenientJson}. */
  public <T> T as(Class<T> form) {
    return LenientJson.read(json, form);
  }

  /** A value that is neither list nor object, as text. */
  String text() {
    return json.asText();
  }

  /** A member; empty if absent. */
  public RestAnswer member(String name) {
    return new RestAnswer(json.path(name));
  }

  public RestAnswer without(String... members) {
    return json instanceof ObjectNode object
        ? new RestAnswer(object.deepCopy().without(List.of(members)))
        : this;
  }

  /** On one line. */
  public String line() {
    return Json.write(json);
  }

  public Stream<RestAnswer> elements(String member) {
    return Json.elements(json.path(member)).map(RestAnswer::new);
  }
}
