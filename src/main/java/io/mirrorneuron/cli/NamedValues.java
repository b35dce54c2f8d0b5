package io.mirrorneuron.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values by name, as they are written on a command line: {@code NAME=VALUE}, where the value is
 * JSON if it parses, else text; {@code NAME=@FILE} takes it from a file.
 */
public final class NamedValues {
  private final ClientOptions command;

  public NamedValues(ClientOptions command) {
    this.command = command;
  }

  /**
   * @param option by which they were given, for complaints
   * @throws picocli.CommandLine.ParameterException for what has no name, a name that was given
   *     twice, and a file that cannot be read
   */
  public Map<String, Object> of(String option, List<String> given) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String one : given) {
      int equals = one.indexOf('=');
      if (equals < 1) {
        throw command.misuse(option + " must be NAME=VALUE, but is " + one);
      }
      String name = one.substring(0, equals);
      String value = one.substring(equals + 1);
      if (values.put(name, value(text(option, value))) != null) {
        throw command.misuse(option + " has " + name + " twice");
      }
    }
    return values;
  }

  /**
   * An object as a whole, or {@code @FILE} with one.
   *
   * @throws picocli.CommandLine.ParameterException for what is none
   */
  public Map<String, Object> object(String option, String given) {
    var json = command.parsed(option, text(option, given));
    if (!json.isObject()) {
      throw command.misuse(option + " must be a JSON object");
    }
    Map<String, Object> members = new LinkedHashMap<>();
    json.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
    return members;
  }

  private String text(String option, String value) {
    if (!value.startsWith("@")) {
      return value;
    }
    Path file = Path.of(value.substring(1));
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw command.misuse(option + ": the file " + file + " cannot be read as UTF-8 text");
    }
  }

  private static Object value(String text) {
    try {
      var json = Json.parse(text);
      return json.isMissingNode() ? text : json;
    } catch (JsonProcessingException e) {
      return text;
    }
  }
}
