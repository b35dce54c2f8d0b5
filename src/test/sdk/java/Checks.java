import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.model.SubmitRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** What the programs here say of what they see. */
final class Checks {
  private Checks() {}

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  static void equal(Object actual, Object expected) {
    check(actual.equals(expected), shortened(actual) + " is not " + shortened(expected));
  }

  static ProblemException problem(Callable<?> call) {
    return thrown(ProblemException.class, call);
  }

  static <E extends Exception> E thrown(Class<E> type, Callable<?> call) {
    try {
      throw new AssertionError("no error, but " + call.call());
    } catch (Exception failure) {
      if (type.isInstance(failure)) {
        return type.cast(failure);
      }
      throw new AssertionError(failure);
    }
  }

  static <T> List<T> all(Iterable<T> records) {
    List<T> all = new ArrayList<>();
    records.forEach(all::add);
    return all;
  }

  /** So many steps after each other; each of them writes some lines. */
  static SubmitRequest steps(String name, int count, String script) {
    List<Map<String, Object>> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(Map.of("id", "s" + i, "run", List.of("sh", "-c", script)));
    }
    return SubmitRequest.builder().manifest(Map.of("name", name, "steps", steps)).build();
  }

  private static String shortened(Object value) {
    String text = String.valueOf(value);
    return text.length() < 300 ? text : text.substring(0, 300) + "...";
  }
}
