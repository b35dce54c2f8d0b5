package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The shared JSON mapper (snake_case, unknown members ignored) and time format. */
public final class Json {
  /**
   * Buffers of parsers and generators. Jackson's own are kept by thread, which makes new ones for
   * each virtual thread.
   */
  public static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(64);

  public static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().recyclerPool(BUFFERS).build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final ObjectWriter SORTED =
      MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter INDENTED =
      MAPPER.writer(
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Spacing.AFTER)
                      .withObjectEmptySeparator("")
                      .withArrayEmptySeparator(""))
              .withObjectIndenter(LINES)
              .withArrayIndenter(LINES));
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Json() {}

  /** ISO-8601 in UTC with exactly three fraction digits, as clients parse and sort it. */
  public static String timestamp(Instant instant) {
    return TIMESTAMP.format(instant);
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static String write(Object value) {
    return write(MAPPER.writer(), value);
  }

  /** For people: two blanks a level, each value on its own line. */
  public static String indented(Object value) {
    return write(INDENTED, value);
  }

  /** The same with the members of a tree sorted at every depth. */
  public static String indentedAndSorted(JsonNode json) {
    return write(INDENTED.with(JsonNodeFeature.WRITE_PROPERTIES_SORTED), json);
  }

  private static String write(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("value cannot be written as JSON", e);
    }
  }

  /** Compact, members sorted at every depth: equal values give equal bytes. */
  public static byte[] canonical(JsonNode json) {
    try {
      return SORTED.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }

  /**
   * Parses text that must be a JSON object.
   *
   * @param what name of the text for the error, for example {@code manifest_json}
   */
  public static ObjectNode parseObject(String text, String what) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw MnException.malformed(what + " is malformed");
    }
    if (node.isMissingNode()) {
      throw MnException.malformed(what + " is malformed");
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw MnException.malformed(what + " must be an object");
  }

  /**
   * The same without duplicate members and with at most {@link ValueCount#MOST} values.
   *
   * @throws MnException MALFORMED that names the member or the limit
   */
  public static ObjectNode parseStrictly(String text, String what) {
    try (JsonParser parser = ValueCount.limited(MAPPER.createParser(text))) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      while (parser.nextToken() != null) {
        // duplicate members are found while parsing
      }
    } catch (StreamConstraintsException e) {
      throw MnException.malformed(
          what + " is malformed: " + JsonErrorText.of(e.getOriginalMessage()));
    } catch (IOException e) {
      if (e.getMessage().startsWith("Duplicate field")) {
        throw MnException.malformed(
            what + " has a member twice: " + JsonErrorText.of(e.getMessage()));
      }
    }
    return parseObject(text, what);
  }

  /**
   * Reads the JSON form of a record. Members that the record does not have are ignored; missing
   * ones are null, 0 or false.
   *
   * @param what name of the text for the error
   */
  public static <T> T read(String text, Class<T> record, String what) {
    return read(parseObject(text, what), record, what);
  }

  /** The same from a tree. */
  public static <T> T read(JsonNode json, Class<T> record, String what) {
    try {
      return MAPPER.treeToValue(json, record);
    } catch (JsonProcessingException e) {
      String member = e instanceof JsonMappingException mapping ? member(mapping) : "";
      throw MnException.malformed(
          member.isEmpty()
              ? what + " has an unexpected form"
              : "member " + member + " of " + what + " has the wrong type");
    }
  }

  /** The place of the failure, for example {@code attempts[0].status}; empty for the whole. */
  private static String member(JsonMappingException failure) {
    return failure.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  /** The elements of a list, in order; the values of an object. */
  public static Stream<JsonNode> elements(JsonNode container) {
    return StreamSupport.stream(container.spliterator(), false);
  }

  public static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }
}
