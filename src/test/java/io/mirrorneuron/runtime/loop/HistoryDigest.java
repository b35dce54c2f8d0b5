package io.mirrorneuron.runtime.loop;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A fingerprint of all that an engine has asked of its ports, in order. The order of maps and sets,
 * which differs from one Java process to the next, does not count.
 */
final class HistoryDigest {
  private final MessageDigest digest;

  HistoryDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  void add(String call, Object... arguments) {
    StringBuilder text = new StringBuilder(call);
    if (arguments != null) {
      for (Object argument : arguments) {
        text.append(' ').append(canonical(argument));
      }
    }
    digest.update(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String canonical(Object value) {
    return switch (value) {
      case null -> "null";
      case Record record -> record.getClass().getSimpleName() + components(record);
      case Map<?, ?> map -> {
        Map<String, String> sorted = new TreeMap<>();
        map.forEach((key, one) -> sorted.put(canonical(key), canonical(one)));
        yield sorted.toString();
      }
      case Set<?> set -> set.stream().map(HistoryDigest::canonical).sorted().toList().toString();
      case Collection<?> list -> list.stream().map(HistoryDigest::canonical).toList().toString();
      default -> value.getClass().isSynthetic() ? "listener" : value.toString();
    };
  }

  private static String components(Record record) {
    List<String> values = new ArrayList<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        component.getAccessor().setAccessible(true);
        values.add(canonical(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return values.toString();
  }

  String text() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
