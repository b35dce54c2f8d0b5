package io.mirrorneuron.wire;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a parser of JSON complains about, in words that help whoever wrote the text. */
public final class JsonWords {
  private static final int SHOWN_CHARS = 160;

  /** The first that is found in the parser's words counts. */
  private static final List<Told> WORDS =
      List.of(
          told("comment|Unexpected character \\('#'")
              .as("JSON has no comments: leave them out, or write YAML"),
          told("close marker for (Array|Object) .*line: (\\d+), column: (\\d+)")
              .as("the $1 that begins at line $2, column $3 is not closed"),
          told("end-of-input (within/between|in field name)").as("an object is not closed"),
          told("expecting closing quote|in character escape sequence$").as("a quote is not closed"),
          told("Unexpected end-of-input").as("it ends too early"),
          told("marker '(.)': expected '(.)' \\(for (\\w+) .*line: (\\d+), column: (\\d+)")
              .as(
                  "$1 stands where $2 must: the $3 that begins at line $4, column $5 is not closed"),
          told("marker '(.)': no open").as("$1 stands where nothing is open"),
          told("character \\('([]}])'\\): (was expecting double-quote|expected a valid value)")
              .as("$1 follows a comma or colon after which something must stand"),
          told("character \\('''\\)").as("JSON has no single quotes: write \"…\""),
          told("character \\('(.)'\\): was expecting double-quote")
              .as("$1 stands where a name in quotes must: \"name\": value"),
          told("character \\('(.)'\\): was expecting a colon")
              .as("$1 stands where a colon must: \"name\": value"),
          told("character \\('(.)'\\): was expecting comma")
              .as("$1 stands where a comma must, or the end of the list or object"),
          told("character \\('(.)'\\): expected a valid value").as("$1 stands where a value must"),
          told("token '(.*?)'(:|$)").as("$1 is no value of JSON: text stands in quotes, \"…\""),
          told("Trailing token").as("something stands after the end"),
          told("Leading zeroes").as("a number must not begin with 0"),
          told("in numeric value").as("this is no number of JSON"),
          told("CTRL-CHAR, code (10|13)\\)")
              .as("text in quotes goes on in the next line: close the quote, or write \\n"),
          told("CTRL-CHAR, code (\\d+)\\)").as("it has a control character (code $1)"),
          told("character escape '(.)'")
              .as("\\$1 means nothing in JSON: write \\\\ for a backslash"),
          told("hex-digit").as("\\u must be followed by four hexadecimal digits"),
          told("Duplicate field '(.*)'$").as("$1 is in this object already: keep one of them"),
          told("nesting depth .* allowed \\((\\d+)").as("it is nested deeper than $1 levels"),
          told("more than (\\d+) values").as("it has more than $1 values"),
          told("Number value length .* allowed \\((\\d+)").as("a number has more than $1 digits"),
          told("Name length .* allowed \\((\\d+)").as("a name has more than $1 characters"),
          told("String value length .* allowed \\((\\d+)")
              .as("a text has more than $1 characters"));

  private record Told(Pattern pattern, String words) {
    Told as(String sentence) {
      return new Told(pattern, sentence);
    }
  }

  private JsonWords() {}

  private static Told told(String pattern) {
    return new Told(Pattern.compile(pattern), "");
  }

  public static String of(String parser) {
    String line =
        parser
            .replaceAll("[\\p{Cntrl}]+", " ")
            .replaceAll(" \\(code \\d+( / 0x\\w+)?\\)", "")
            .strip();
    for (Told one : WORDS) {
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
