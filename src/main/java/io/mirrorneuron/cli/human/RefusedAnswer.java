package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Explains in the command line's terms why the API refused an answer. */
record RefusedAnswer(MnException why) {
  private static final Set<String> OPTIONS = Set.of("decision", "by", "comment");

  /**
   * @param loc {@code body}, then names
   */
  private record Fault(String type, List<String> loc, String msg) {
    String field() {
      return loc.size() < 2 ? "" : loc.get(1);
    }

    private String place() {
      return String.join(".", loc.subList(1, loc.size()));
    }

    /** The sentence, and where one writes it better. */
    String sentence() {
      if (loc.size() < 2) {
        return msg;
      }
      if (OPTIONS.contains(field())) {
        return "--" + field() + " " + msg;
      }
      String how = " (--data " + field() + "=…)";
      return switch (type) {
        case "missing" -> "the form needs " + place() + how;
        case "additionalProperties" -> place() + " " + msg;
        default -> place() + " " + msg + how;
      };
    }
  }

  private Stream<Fault> faults() {
    return Stream.ofNullable(why.validation())
        .flatMap(Json::elements)
        .map(one -> LenientJson.read(one, Fault.class))
        .filter(one -> one.msg() != null && one.type() != null);
  }

  /** The names of the values that can be given anew; empty when that would not help. */
  List<String> fields() {
    return why.error().equals("not_assigned")
        ? List.of("by")
        : faults().map(Fault::field).filter(name -> !name.isEmpty()).distinct().toList();
  }

  /** Whether the name that does not fit is one that nobody has given. */
  private boolean isNamedBySystem() {
    return why.getMessage().contains("not for " + Person.ANONYMOUS)
        || Screen.user().filter(user -> why.getMessage().endsWith("not for " + user)).isPresent();
  }

  /** The same failure in plain words. */
  MnException plain() {
    String sentence = faults().map(Fault::sentence).collect(Collectors.joining("; "));
    if (why.code() == ErrorCode.INVALID && !sentence.isEmpty()) {
      return new MnException(why.code(), why.error(), sentence);
    }
    return why.error().equals("not_assigned") && isNamedBySystem()
        ? new MnException(why.code(), why.error(), why.getMessage() + " (--by NAME)")
        : why;
  }
}
