package io.mirrorneuron.gateway.call;

import java.math.BigDecimal;
import java.util.Locale;

/** Decodes scalars of parameters, and of bodies with scalars as strings. */
enum Scalars {
  TEXT("string_type", "must be a string") {
    @Override
    Object read(String text) {
      return text;
    }
  },
  INTEGER("int_parsing", "must be an integer") {
    @Override
    Object read(String text) {
      if (isShortNumber(text)) {
        return Long.parseLong(text);
      }
      try {
        // An integral float such as 3.0 counts; a huge exponent must not become a huge number.
        BigDecimal number = new BigDecimal(text.strip());
        return Math.abs(number.scale()) > 100 ? null : (Object) number.longValueExact();
      } catch (ArithmeticException | NumberFormatException e) {
        return null;
      }
    }
  },
  NUMBER("float_parsing", "must be a number") {
    @Override
    Object read(String text) {
      try {
        double number = Double.parseDouble(text.strip());
        return Double.isFinite(number) ? number : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }
  },
  BOOLEAN("bool_parsing", "must be true or false") {
    @Override
    Object read(String text) {
      return switch (text.strip().toLowerCase(Locale.ROOT)) {
        case "true", "1", "yes", "on", "t", "y" -> true;
        case "false", "0", "no", "off", "f", "n" -> false;
        default -> null;
      };
    }
  };

  private final String fault;
  private final String message;

  Scalars(String fault, String message) {
    this.fault = fault;
    this.message = message;
  }

  /** Null when the text is not such a value. */
  abstract Object read(String text);

  private static boolean isShortNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= 18;
  }

  String fault() {
    return fault;
  }

  String message() {
    return message;
  }

  /** The kind for a schema's {@code type}, or null when it is no scalar. */
  static Scalars of(String type) {
    return switch (type) {
      case "integer" -> INTEGER;
      case "number" -> NUMBER;
      case "boolean" -> BOOLEAN;
      case "string" -> TEXT;
      default -> null;
    };
  }
}
