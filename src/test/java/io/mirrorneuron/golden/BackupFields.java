package io.mirrorneuron.golden;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the stored fields of a job, as a backup has them, into the order of their names: they are a
 * hash of Redis, whose order is another one in each Redis process.
 */
final class BackupFields {
  private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*+\"";
  private static final Pattern FIELDS =
      Pattern.compile(
          "(?<=\"state\":\\{\"fields\":\\{)"
              + STRING
              + ":"
              + STRING
              + "(?:,"
              + STRING
              + ":"
              + STRING
              + ")*+(?=\\})");
  private static final Pattern FIELD = Pattern.compile("(" + STRING + "):" + STRING);

  private BackupFields() {}

  static String sorted(String text) {
    return FIELDS
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(String.join(",", fields(found.group()))));
  }

  private static List<String> fields(String text) {
    List<String> fields = new ArrayList<>();
    Matcher field = FIELD.matcher(text);
    while (field.find()) {
      fields.add(field.group());
    }
    fields.sort(Comparator.comparing(one -> one.substring(0, one.indexOf("\":"))));
    return fields;
  }
}
