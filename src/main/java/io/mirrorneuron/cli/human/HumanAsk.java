package io.mirrorneuron.cli.human;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.human.FormErrorText;
import io.mirrorneuron.human.SchemaForm;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What people are asked, as the API shows it. Unknown values are null.
 *
 * @param runId only in the list of all runs
 * @param allowedDecisions empty when any will do
 * @param form a JSON Schema that the answer must fit; null where a decision is all that is asked
 *     for
 * @param defaultAnswer what counts when it is closed by time
 * @param assignees who alone may answer; empty when everybody may
 * @param escalateTo who may answer instead when its time is over; empty when nobody else may
 * @param shownSha256 fingerprint of what is asked
 */
public record HumanAsk(
    String runId,
    String requestId,
    String prompt,
    String status,
    String requestedAt,
    List<String> allowedDecisions,
    ObjectNode form,
    String dueAt,
    @JsonProperty("default") Answer defaultAnswer,
    long approvalsRequired,
    Claim claim,
    List<Answer> decisions,
    List<String> assignees,
    List<String> escalateTo,
    String shownSha256,
    List<String> faults) {

  /**
   * @param data values of the form
   */
  record Answer(
      String type,
      String decision,
      String by,
      String at,
      Map<String, JsonNode> data,
      String comment) {
    boolean isApproval() {
      return "human_approval_recorded".equals(type);
    }

    /** {@code approve by ada at …, cost_centre 200, “as agreed”}. */
    String sentence(Output output) {
      StringBuilder text = new StringBuilder(Objects.toString(decision, "without a decision"));
      text.append(" by ").append(by).append(" at ").append(output.time(Objects.toString(at, "")));
      data.forEach((name, value) -> text.append(", ").append(name).append(' ').append(word(value)));
      return comment == null ? text.toString() : text + ": " + comment;
    }
  }

  record Claim(String by, String until) {}

  /** The fields, in the order of the form. */
  Map<String, Field> fields() {
    return shape().fields();
  }

  boolean requires(String field) {
    return shape().requires(field);
  }

  /** As {@link Form#faults}. */
  List<String> faults(String field, JsonNode value) {
    return shape().faults(field, value);
  }

  /** Without fields where no form is told. */
  private Form shape() {
    return new Form(form == null ? Json.object() : form);
  }

  private static String word(JsonNode json) {
    return json.isTextual() ? json.textValue() : Json.write(json);
  }

  /** The approvals so far, where several people must approve. */
  List<Answer> approvals() {
    return decisions.stream().filter(Answer::isApproval).toList();
  }

  private record Properties(Map<String, Field> properties) {}

  /**
   * What people are asked for.
   *
   * @param schema a JSON Schema of an object
   */
  public record Form(ObjectNode schema) {
    /** Empty when that is none. */
    public static Optional<Form> of(RestAnswer reported) {
      return reported.json() instanceof ObjectNode object
          ? Optional.of(new Form(object))
          : Optional.empty();
    }

    /** The fields, in the order of the form. */
    public Map<String, Field> fields() {
      return LenientJson.read(schema, Properties.class).properties();
    }

    public boolean requires(String field) {
      return new SchemaForm(schema).requires(field);
    }

    /**
     * What is wrong with the value of a field; nothing where the form is of no use, as whoever
     * takes the answer says so.
     */
    public List<String> faults(String field, JsonNode value) {
      try {
        SchemaForm form = new SchemaForm(schema);
        return FormErrorText.plain(form, form.faults(field, value)).stream()
            .map(Fault::msg)
            .toList();
      } catch (MnException e) {
        return List.of();
      }
    }
  }

  /**
   * A field of the form.
   *
   * @param type a word, unless it has several types or tells none
   * @param choices the values that are allowed; empty when any of the type is
   * @param preset what counts when nothing is given
   * @param writeOnly whether its value is told nobody
   * @param review of a blueprint: {@code optional} or {@code required} where somebody is to look at
   *     the value before each launch; null for others
   */
  public record Field(
      String type,
      String title,
      String description,
      @JsonProperty("enum") List<JsonNode> choices,
      @JsonProperty("default") JsonNode preset,
      @JsonProperty("writeOnly") boolean writeOnly,
      @JsonProperty("x-review") String review) {

    private static final Map<String, Boolean> WORDS =
        Map.of("true", true, "yes", true, "y", true, "false", false, "no", false, "n", false);

    /** What it is for, which values it takes, and which one counts when none is given. */
    String what() {
      return joined(Stream.of(words(), choice()));
    }

    /** The same for who is to write a value. */
    public String hint() {
      String kind =
          switch (Objects.toString(type, "")) {
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "yes or no";
            case "array", "object" -> "as JSON";
            default -> "";
          };
      return joined(Stream.of(words(), choice(), kind));
    }

    private String joined(Stream<String> parts) {
      String text = parts.filter(part -> !part.isEmpty()).collect(Collectors.joining("; "));
      return (preset == null ? text : text + " [" + word(preset) + "]").strip();
    }

    private String words() {
      return Objects.toString(description, Objects.toString(title, ""));
    }

    /** What it is for, and which values it takes. */
    public String about() {
      return Stream.of(words(), choice())
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining("; "));
    }

    /** What counts when nothing is given, as it is typed; empty when nothing does. */
    public String standard() {
      return preset == null ? "" : word(preset);
    }

    private String choice() {
      return choices.isEmpty()
          ? ""
          : "one of " + choices.stream().map(HumanAsk::word).collect(Collectors.joining(", "));
    }

    /** Whether texts are all that it takes. */
    public boolean isText() {
      boolean isTextChosen = !choices.isEmpty() && choices.stream().allMatch(JsonNode::isTextual);
      return "string".equals(type) || type == null && isTextChosen;
    }

    /** What was said, as a value of the type if it can be one, else as text. */
    public JsonNode value(String said) {
      Optional<JsonNode> chosen =
          choices.stream().filter(one -> word(one).equalsIgnoreCase(said)).findFirst();
      Boolean truth = WORDS.get(said.toLowerCase(Locale.ROOT));
      if (chosen.isPresent()) {
        return chosen.get();
      }
      if ("boolean".equals(type) && truth != null) {
        return BooleanNode.valueOf(truth);
      }
      try {
        return "string".equals(type) ? TextNode.valueOf(said) : Json.parse(said);
      } catch (JsonProcessingException e) {
        return TextNode.valueOf(said);
      }
    }
  }

  /** Whether somebody can still answer. */
  boolean isOpen() {
    return status == null || List.of("pending", "claimed", "overdue").contains(status);
  }
}
