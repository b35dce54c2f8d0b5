package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.schedule.event.InputLimits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads the members of a JSON object from an author. A member of the wrong form is a fault and
 * counts as absent; in the end, so is every member that was not asked for.
 */
public final class JsonMemberReader {
  private static final int MOST_TEXTS = 100;

  /** Most characters of the author's text that a message repeats. */
  private static final int SHOWN_CHARS = 80;

  /** 100 years. */
  private static final long LONGEST_MS = 3_155_760_000_000L;

  private final String path;
  private final Map<String, Object> members;
  private final Set<String> asked = new LinkedHashSet<>();
  private final List<String> faults;

  /**
   * @param path of the object, ending with a dot
   */
  public JsonMemberReader(String path, Map<String, Object> members) {
    this(path, members, new ArrayList<>());
  }

  private JsonMemberReader(String path, Map<String, Object> members, List<String> faults) {
    this.path = path;
    this.members = members;
    this.faults = faults;
  }

  public List<String> faults() {
    return List.copyOf(faults);
  }

  public String path(String name) {
    return path + name;
  }

  public void fault(String sentence) {
    faults.add(sentence);
  }

  /**
   * @param words follow the member's name
   */
  public void faultOf(String name, String words) {
    fault(path(name) + " " + words);
  }

  public boolean has(String name) {
    return members.get(name) != null;
  }

  private Object ask(String name) {
    asked.add(name);
    return members.get(name);
  }

  public void passOver(String name) {
    asked.add(name);
  }

  /** Makes a member a fault if it is present. */
  public void refuse(String name, String why) {
    if (ask(name) != null) {
      fault(path(name) + " " + why);
    }
  }

  public void refuseOthers() {
    members.keySet().stream()
        .filter(name -> !asked.contains(name))
        .forEach(name -> fault(path(shown(name)) + " is not known" + hint(name, asked)));
  }

  /** A suggestion of the name that was probably meant, to follow a sentence; empty for none. */
  static String hint(String name, Set<String> known) {
    return name.length() > SHOWN_CHARS
        ? ""
        : NearestMatch.of(name, known).map(near -> "; did you mean " + near + "?").orElse("");
  }

  /** The beginning of a text. */
  public static String shown(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }

  public String text(String name) {
    Object value = ask(name);
    if (value == null || value instanceof String) {
      String text = (String) value;
      return text == null || text.isBlank() ? null : text.strip();
    }
    fault(path(name) + " must be a text");
    return null;
  }

  /** A text that is short enough for lists. */
  public String word(String name) {
    String text = text(name);
    if (text != null && text.length() > InputLimits.LONGEST_WORD) {
      fault(path(name) + " must have at most %d characters".formatted(InputLimits.LONGEST_WORD));
      return null;
    }
    if (text != null && InputLimits.wordFault(text) != null) {
      faultOf(name, "must have no control characters");
      return null;
    }
    return text;
  }

  /** Types of events: a text or a list. */
  public List<String> types(String name) {
    List<String> types = texts(name);
    types.stream()
        .map(InputLimits::wordFault)
        .filter(Objects::nonNull)
        .distinct()
        .forEach(fault -> fault(path(name) + " " + fault));
    return types;
  }

  /** A list of texts, or a single text. */
  public List<String> texts(String name) {
    Object value = ask(name);
    List<?> all = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    if (!all.stream().allMatch(each -> each instanceof String text && !text.isBlank())) {
      fault(path(name) + " must be a text that is not empty, or a list of such");
      return List.of();
    }
    List<String> texts = all.stream().map(String.class::cast).toList();
    int longest = InputLimits.LONGEST_WORD;
    if (texts.size() > MOST_TEXTS || texts.stream().anyMatch(text -> text.length() > longest)) {
      fault(
          path(name)
              + " must be at most %d texts of at most %d characters"
                  .formatted(MOST_TEXTS, longest));
      return List.of();
    }
    return texts;
  }

  public boolean flag(String name, boolean byDefault) {
    Object value = ask(name);
    if (value == null || value instanceof Boolean) {
      return value == null ? byDefault : (Boolean) value;
    }
    fault(path(name) + " must be true or false");
    return byDefault;
  }

  public long number(String name, long byDefault, long most) {
    return number(name, byDefault, 0, most);
  }

  public long number(String name, long byDefault, long least, long most) {
    Object value = ask(name);
    if (value == null) {
      return byDefault;
    }
    if ((value instanceof Integer || value instanceof Long)
        && ((Number) value).longValue() >= least
        && ((Number) value).longValue() <= most) {
      return ((Number) value).longValue();
    }
    fault(path(name) + " must be a whole number from %d to %d".formatted(least, most));
    return byDefault;
  }

  /** Null when it is absent and has no default. */
  public Long positive(String name, Long byDefault, long most) {
    if (!has(name)) {
      asked.add(name);
      return byDefault;
    }
    return number(name, 1, 1, most);
  }

  public Map<String, Object> object(String name) {
    Object value = ask(name);
    String fault =
        value == null
            ? null
            : value instanceof Map<?, ?>
                ? InputLimits.fault(value, InputLimits.LARGEST_DETAILS)
                : "must be an object";
    if (fault != null) {
      fault(path(name) + " " + fault);
      return Map.of();
    }
    return value == null ? Map.of() : objectOf(value);
  }

  @SuppressWarnings("unchecked") // the keys of a JSON object are texts
  public static Map<String, Object> objectOf(Object value) {
    return (Map<String, Object>) value;
  }

  /** Readers of the objects of a list; paths count from 0. */
  public List<JsonMemberReader> inners(String name) {
    Object value = ask(name);
    List<JsonMemberReader> inners = new ArrayList<>();
    if (value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
      for (Object each : list) {
        String at = path(name) + "." + inners.size() + ".";
        inners.add(new JsonMemberReader(at, objectOf(each), faults));
      }
    } else if (value != null) {
      fault(path(name) + " must be a list of objects");
    }
    return inners;
  }

  /** Reads an inner object; its faults are added to these. */
  public JsonMemberReader inner(String name) {
    return new JsonMemberReader(path(name) + ".", object(name), faults);
  }
}
