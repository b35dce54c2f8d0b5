package io.mirrorneuron.bundle;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;

/** Refusals of unreadable manifests, in the form of validation reports. */
public final class Malformed {
  private static final Location WHOLE = new Location("manifest", "", "/manifest");

  /** Of a sentence, which may have a name of the file in it. */
  private static final int LONGEST = 400;

  private Malformed() {}

  /** MALFORMED with a report that names the place. */
  static MnException at(FileName file, int line, int column, String sentence) {
    String words = sentence.length() <= LONGEST ? sentence : sentence.substring(0, LONGEST) + "…";
    Issue issue = Issue.error("manifest.malformed", words, "", WHOLE.at(file.name(), line, column));
    MnException plain =
        MnException.malformed(
            "%s is malformed at line %d, column %d: %s"
                .formatted(file.what(), line, column, words));
    return new MnException(
        plain.code(),
        plain.error(),
        plain.getMessage(),
        Json.MAPPER.valueToTree(Validation.of(List.of(issue), null)),
        null);
  }

  /**
   * @param name without its folder
   * @param what how the file is called in errors
   */
  record FileName(String name, String what) {}

  /** The issues of a refusal, else the refusal as the only issue. */
  public static List<Issue> issues(MnException refusal) {
    List<Issue> reported =
        refusal.validation() == null
            ? List.of()
            : LenientJson.read(refusal.validation(), Report.class).issues();
    return reported.isEmpty()
        ? List.of(Issue.error(refusal.error(), refusal.getMessage(), "", Location.BUNDLE))
        : reported;
  }

  /** What was found by the checks that refuse; records of each kind, as maps. */
  public static List<Object> results(MnException refusal) {
    return refusal.validation() == null
        ? List.of()
        : LenientJson.read(refusal.validation(), Report.class).results();
  }

  private record Report(List<Issue> issues, List<Object> results) {}
}
