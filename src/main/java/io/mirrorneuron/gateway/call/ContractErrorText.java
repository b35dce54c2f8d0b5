package io.mirrorneuron.gateway.call;

import io.mirrorneuron.wire.Fault;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rewrites the validator's errors for people. Pure. */
final class ContractErrorText {
  private static final Pattern UNKNOWN =
      Pattern.compile("(?s)Property \".*\" does not match additional properties schema");

  private static final Pattern FEW =
      Pattern.compile("Array has too few items \\( ?\\+ (\\d+) < (\\d+)\\)");

  private static final Pattern MANY =
      Pattern.compile("Array has too many items \\( ?\\+ (\\d+) > (\\d+)\\)");

  private static final String PATTERN = "pattern_mismatch";

  private ContractErrorText() {}

  /**
   * @param names of the members that the body may have; empty when unknown
   */
  static List<Fault> ofBody(List<Fault> faults, String names) {
    return faults.stream()
        .filter(fault -> !isUnknown(fault) || isAlone(fault, faults))
        .map(fault -> isUnknown(fault) ? said(fault, unknown(fault, names)) : counted(fault))
        .toList();
  }

  /**
   * @param form the required form in words; null where the contract has none
   */
  static Fault ofForm(Fault fault, String form) {
    return form != null && fault.type().equals(PATTERN) ? said(fault, "must be " + form) : fault;
  }

  private static boolean isUnknown(Fault fault) {
    return UNKNOWN.matcher(fault.msg()).matches();
  }

  /** The validator also reports known members with another fault as unknown. */
  private static boolean isAlone(Fault fault, List<Fault> faults) {
    return faults.stream()
        .noneMatch(other -> !isUnknown(other) && startsWith(other.loc(), fault.loc()));
  }

  private static boolean startsWith(List<Object> place, List<Object> start) {
    return place.size() >= start.size() && place.subList(0, start.size()).equals(start);
  }

  /** Lists the known names only for members of the body itself. */
  private static String unknown(Fault fault, String names) {
    return fault.loc().size() > 2 || names.isEmpty()
        ? "is not known here"
        : "is not known here; there are " + names;
  }

  private static Fault counted(Fault fault) {
    return said(
        said(
            fault,
            FEW,
            m -> "must have at least %s elements, not %s".formatted(m.group(2), m.group(1))),
        MANY,
        m -> "must have at most %s elements, not %s".formatted(m.group(2), m.group(1)));
  }

  private static Fault said(Fault fault, Pattern pattern, Function<MatchResult, String> words) {
    Matcher matcher = pattern.matcher(fault.msg());
    return matcher.matches() ? said(fault, words.apply(matcher)) : fault;
  }

  private static Fault said(Fault fault, String words) {
    return new Fault(fault.type(), fault.loc(), words, fault.input());
  }
}
