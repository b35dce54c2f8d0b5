package io.mirrorneuron.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.MnException;
import java.math.BigInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML scalar as the JSON value that the core schema gives it. */
final class YamlScalar {
  private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9_]+");

  /** Readers of JSON allow as many. */
  private static final int MAX_DIGITS = 1000;

  private static final int HEX = 16;
  private static final int OCTAL = 8;
  private static final int DECIMAL = 10;

  private YamlScalar() {}

  /**
   * @param refusal of a value that has no JSON, with its reason
   */
  static JsonNode of(ScalarNode scalar, Function<String, MnException> refusal) {
    Tag tag = scalar.getTag();
    String text = scalar.getValue();
    try {
      if (tag.equals(Tag.STR)) {
        return TextNode.valueOf(text);
      }
      if (tag.equals(Tag.NULL)) {
        return NullNode.getInstance();
      }
      if (tag.equals(Tag.BOOL)) {
        return BooleanNode.valueOf(text.equalsIgnoreCase("true"));
      }
      if (tag.equals(Tag.INT)) {
        if (LEADING_ZERO.matcher(text).matches()) {
          throw refusal.apply(
              text
                  + " is octal to some readers and decimal to others: write it without the zero,"
                  + " as 0o… or in quotes");
        }
        if (text.length() > MAX_DIGITS) {
          throw refusal.apply("a number has more than " + MAX_DIGITS + " digits");
        }
        return integer(text);
      }
      if (tag.equals(Tag.FLOAT)) {
        double number = Double.parseDouble(text);
        if (Double.isFinite(number)) {
          return DoubleNode.valueOf(number);
        }
      }
    } catch (NumberFormatException e) {
      throw refusal.apply(text + " has no JSON value");
    }
    throw refusal.apply(tag.equals(Tag.FLOAT) ? text + " has no JSON value" : YamlProblem.tag(tag));
  }

  private static JsonNode integer(String text) {
    String digits = text.startsWith("+") ? text.substring(1) : text;
    BigInteger number =
        digits.startsWith("0x")
            ? new BigInteger(digits.substring(2), HEX)
            : digits.startsWith("0o")
                ? new BigInteger(digits.substring(2), OCTAL)
                : new BigInteger(digits, DECIMAL);
    return number.bitLength() < Long.SIZE
        ? small(number.longValueExact())
        : BigIntegerNode.valueOf(number);
  }

  /** Of the same kind as a reader of JSON makes. */
  private static JsonNode small(long number) {
    return number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number);
  }
}
