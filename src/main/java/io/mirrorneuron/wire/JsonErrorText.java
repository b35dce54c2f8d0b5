package io.mirrorneuron.wire;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rewrites complaints of a JSON parser to help the author of the text. */
public final class JsonErrorText {
  private static final int SHOWN_CHARS = 160;

  /** The first match counts. */
  private static final List<KnownMessage> WORDS =
      List.of(
          reported("comment|Unexpected character \\('#'")
              .as("JSON has no comments: leave them out, or write YAML"),
          reported("close marker for (Array|Object) .*line: (\\d+), column: (\\d+)")
              .as("the $1 that begins at line $2, column $3 is not closed"),
          reported("end-of-input (within/between|in field name)").as("an object is not closed"),
          reported("expecting closing quote|in character escape sequence$")
              .as("a quote is not closed"),
          reported("Unexpected end-of-input").as("it ends too early"),
          reported("marker '(.)': expected '(.)' \\(for (\\w+) .*line: (\\d+), column: (\\d+)")
              .as(
                  "$1 stands where $2 must: the $3 that begins at line $4, column $5 is not closed"),
          reported("marker '(.)': no open").as("$1 stands where nothing is open"),
          reported("character \\('([]}])'\\): (was expecting double-quote|expected a valid value)")
              .as("$1 follows a comma or colon after which something must stand"),
          reported("character \\('''\\)").as("JSON has no single quotes: write \"…\""),
          reported("character \\('(.)'\\): was expecting double-quote")
              .as("$1 stands where a name in quotes must: \"name\": value"),
          reported("character \\('(.)'\\): was expecting a colon")
              .as("$1 stands where a colon must: \"name\": value"),
          reported("character \\('(.)'\\): was expecting comma")
              .as("$1 stands where a comma must, or the end of the list or object"),
          reported("character \\('(.)'\\): expected a valid value")
              .as("$1 stands where a value must"),
          reported("token '(.*?)'(:|$)").as("$1 is no value of JSON: text stands in quotes, \"…\""),
          reported("Trailing token").as("something stands after the end"),
          reported("Leading zeroes").as("a number must not begin with 0"),
          reported("in numeric value").as("this is no number of JSON"),
          reported("CTRL-CHAR, code (10|13)\\)")
              .as("text in quotes goes on in the next line: close the quote, or write \\n"),
          reported("CTRL-CHAR, code (\\d+)\\)").as("it has a control character (code $1)"),
          reported("character escape '(.)'")
              .as("\\$1 means nothing in JSON: write \\\\ for a backslash"),
          reported("hex-digit").as("\\u must be followed by four hexadecimal digits"),
          reported("Duplicate field '(.*)'$").as("$1 is in this object already: keep one of them"),
          reported("nesting depth .* allowed \\((\\d+)").as("it is nested deeper than $1 levels"),
          reported("more than (\\d+) values").as("it has more than $1 values"),
          reported("Number value length .* allowed \\((\\d+)")
              .as("a number has more than $1 digits"),
          reported("Name length .* allowed \\((\\d+)").as("a name has more than $1 characters"),
          reported("String value length .* allowed \\((\\d+)")
              .as("a text has more than $1 characters"));

  private record KnownMessage(Pattern pattern, String words) {
    KnownMessage as(String sentence) {
      return new KnownMessage(pattern, sentence);
    }
  }

  private JsonErrorText() {}

  private static KnownMessage reported(String pattern) {
    return new KnownMessage(Pattern.compile(pattern), "");
  }

  public static String of(String parser) {
    String line =
        parser
            .replaceAll("[\\p{Cntrl}]+", " ")
            .replaceAll(" \\(code \\d+( / 0x\\w+)?\\)", "")
            .strip();
    for (KnownMessage one : WORDS) {
      Matcher matcher = one.pattern.matcher(line);
      if (matcher.find()) {
        return filled(one.words, matcher);
      }
    }
    return shown(line);
  }

  private static String filled(String sentence, Matcher matcher) {
    String filled = sentence;
    for (int group = 1; group <= matcher.groupCount(); group++) {
      filled = filled.replace("$" + group, shown(plain(matcher.group(group))));
    }
    return filled;
  }

  private static String plain(String word) {
    return switch (word) {
      case "Array" -> "list";
      case "Object" -> "object";
      case null -> "";
      default -> word;
    };
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }
}
