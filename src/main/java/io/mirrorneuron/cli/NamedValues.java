package io.mirrorneuron.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.ParameterException;

/**
 * Named values from a command line: {@code NAME=VALUE}, parsed as JSON if possible, else text;
 * {@code NAME=@FILE} reads the value from a file.
 */
public final class NamedValues {
  private static final int MOST_BYTES = 16 * 1024 * 1024;

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
    written(option, given).forEach((name, one) -> values.put(name, one.value()));
    return values;
  }

  /**
   * As it was written, for who knows which kind of value is meant.
   *
   * @param isFromFile whether it is what is in a file
   */
  public record Written(String text, boolean isFromFile) {
    /** JSON if it parses, else text. */
    public Object value() {
      try {
        var json = Json.parse(text);
        return json.isMissingNode() ? text : json;
      } catch (JsonProcessingException e) {
        return text;
      }
    }

    /** As it is; of a file without the line feed at its end. */
    public String plain() {
      return isFromFile && text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
  }

  /** The same as {@link #of}, as it was written. */
  public Map<String, Written> written(String option, List<String> given) {
    Map<String, Written> values = new LinkedHashMap<>();
    for (String one : given) {
      int equals = one.indexOf('=');
      if (equals < 1) {
        throw command.misuse(option + " must be NAME=VALUE, but is " + one);
      }
      String name = one.substring(0, equals);
      String value = one.substring(equals + 1);
      var written = new Written(text(option, value), value.startsWith("@"));
      if (values.put(name, written) != null) {
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
    try {
      Path file = Path.of(value.substring(1));
      return read(file, why -> command.misuse(option + ": " + file + " " + why));
    } catch (InvalidPathException e) {
      throw command.misuse(option + ": there can be no file " + value.substring(1));
    }
  }

  private static String read(Path file, Function<String, ParameterException> complaint) {
    if (Files.isDirectory(file)) {
      throw complaint.apply("is a folder, and not a file");
    }
    try (InputStream in = Files.newInputStream(file)) { // of a device nobody knows the size before
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw complaint.apply("has more than 16 MiB, which is too much for an input");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw complaint.apply("is not there");
    } catch (CharacterCodingException e) {
      throw complaint.apply("is no text in UTF-8");
    } catch (IOException e) {
      throw complaint.apply("cannot be read");
    }
  }
}
