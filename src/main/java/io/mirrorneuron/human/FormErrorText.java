package io.mirrorneuron.human;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What values lack to fit a form, in words for people. Pure. */
public final class FormErrorText {
  private static final Map<String, String> TYPES =
      Map.of(
          "integer", "a whole number",
          "number", "a number",
          "string", "a text",
          "boolean", "yes or no (true or false)",
          "array", "a list",
          "object", "an object",
          "null", "nothing");

  private static final String UNFIT_TEXT = "must fit the pattern of the form";

  private static final Pattern QUOTED = Pattern.compile("(?s)^[^\"]*\"(.*)\"[^\"]*$");

  private record Saying(Pattern said, Function<MatchResult, String> words) {}

  /** In the order in which they are tried. */
  private static final List<Saying> SAYINGS =
      List.of(
          saying("Instance type .* is invalid. Expected (.*)", m -> "must be " + types(m.group(1))),
          saying("Instance does not match any of (\\[.*])", m -> "must be one of: " + list(m)),
          saying("Instance (does not match|matched) .*s(ubschemas?|chema).*", _ -> unfit()),
          saying("Instance does not match (.*)", m -> "must be " + m.group(1)),
          saying(".* is less than or equal to (.*)", m -> "must be more than " + m.group(1)),
          saying(".* is greater than or equal to (.*)", m -> "must be less than " + m.group(1)),
          saying("\\S+ is less than (\\S+).*", m -> "must be at least " + m.group(1)),
          saying("\\S+ is greater than (\\S+).*", m -> "must be at most " + m.group(1)),
          saying("String is too short .*< (\\d+)\\)", m -> least(m, "character")),
          saying("String is too long .*> (\\d+)\\)", m -> most(m, "character")),
          saying("Array has too few items .*< (\\d+)\\)", m -> least(m, "element")),
          saying("Array has too many items .*> (\\d+)\\)", m -> most(m, "element")),
          saying(".* is not a multiple of (.*)", m -> "must be a multiple of " + m.group(1)),
          saying("Duplicate items at indexes .*", _ -> "must not have the same element twice"),
          saying(
              "String does not match format \"(.*)\"",
              m -> "must be a text of the form " + m.group(1)),
          saying("String does not match pattern", _ -> UNFIT_TEXT));

  private FormErrorText() {}

  private static Saying saying(String said, Function<MatchResult, String> words) {
    return new Saying(Pattern.compile(said), words);
  }

  /**
   * The faults in plain words, one for each place. Each message is a sentence without its subject,
   * which is the last of the place: {@code must be a whole number}.
   */
  public static List<Fault> plain(SchemaForm form, List<Fault> faults) {
    Map<List<Object>, Fault> plain = new LinkedHashMap<>();
    faults.stream()
        .map(fault -> plain(form, fault))
        .forEach(fault -> plain.merge(fault.loc(), fault, FormErrorText::both));
    return List.copyOf(plain.values());
  }

  /** The same of values that are no fields of a form. */
  public static List<Fault> plain(List<Fault> faults) {
    return plain((SchemaForm) null, faults);
  }

  /**
   * The same of one value, with the pattern that it must fit.
   *
   * @param place of the value
   */
  public static List<Fault> plain(
      Map<String, Object> schema, List<Object> place, List<Fault> faults) {
    return plain(faults).stream()
        .map(
            fault ->
                fault.loc().equals(place) && schema.get("pattern") instanceof String pattern
                    ? naming(pattern, fault)
                    : fault)
        .toList();
  }

  private static Fault naming(String pattern, Fault fault) {
    String msg = fault.msg().replace(UNFIT_TEXT, "must fit the pattern " + pattern);
    return new Fault(fault.type(), fault.loc(), msg, fault.input());
  }

  private static Fault plain(SchemaForm form, Fault fault) {
    if (form != null && fault.type().equals(SchemaForm.UNKNOWN)) {
      return new Fault(fault.type(), fault.loc(), unknown(form, fault.loc()), fault.input());
    }
    return switch (fault.type()) {
      case "missing" -> {
        List<Object> place = new ArrayList<>(fault.loc());
        place.add(QUOTED.matcher(fault.msg()).replaceFirst("$1"));
        yield new Fault(fault.type(), List.copyOf(place), "is needed", null);
      }
      default -> new Fault(fault.type(), fault.loc(), of(fault.msg()), fault.input());
    };
  }

  private static String unknown(SchemaForm form, List<Object> place) {
    String sentence = "is no field of the form";
    if (place.size() > 2) {
      return sentence;
    }
    String meant = meant(place.getLast(), form.names());
    return sentence + (meant.isEmpty() ? "; it has " + String.join(", ", form.names()) : meant);
  }

  /** Of alternatives, which the validator tells one by one. */
  private static Fault both(Fault one, Fault other) {
    String must = "must be ";
    boolean alike = one.msg().startsWith(must) && other.msg().startsWith(must);
    String more = alike ? " or " + other.msg().substring(must.length()) : "; " + other.msg();
    String joined = one.msg().equals(other.msg()) ? one.msg() : one.msg() + more;
    return new Fault(one.type(), one.loc(), joined, one.input());
  }

  private static String of(String said) {
    for (Saying saying : SAYINGS) {
      Matcher matcher = saying.said.matcher(said);
      if (matcher.matches()) {
        return saying.words.apply(matcher);
      }
    }
    return said;
  }

  private static String unfit() {
    return "does not fit the form";
  }

  private static String types(String named) {
    return Arrays.stream(named.split("\\W+"))
        .filter(type -> !type.isEmpty())
        .map(type -> TYPES.getOrDefault(type, type))
        .collect(Collectors.joining(" or "));
  }

  private static String list(MatchResult reported) {
    try {
      return Json.elements(Json.parse(reported.group(1)))
          .map(one -> one.isTextual() ? one.textValue() : Json.write(one))
          .collect(Collectors.joining(", "));
    } catch (JsonProcessingException e) {
      return reported.group(1);
    }
  }

  private static String least(MatchResult reported, String what) {
    return "must have at least " + counted(reported.group(1), what);
  }

  private static String most(MatchResult reported, String what) {
    return "must have at most " + counted(reported.group(1), what);
  }

  private static String counted(String number, String what) {
    return number + " " + what + (number.equals("1") ? "" : "s");
  }

  /** The end of a sentence that names what somebody probably meant; or nothing. */
  static String meant(Object said, Collection<String> names) {
    return said instanceof String word
        ? NearestMatch.of(word, names).map("; did you mean %s?"::formatted).orElse("")
        : "";
  }
}
