package io.mirrorneuron.cli.job;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Short forms of an id: {@code @last}, {@code @last:NAME}, or a prefix. Pure. */
public final class ShortIds {
  /** For the help of commands. */
  public static final String WORDS =
      "; also @last, @last:NAME (the last of that workflow), or the beginning of an id";

  /** How a runtime says that it knows no such job. */
  public static final String UNKNOWN = "job_not_found";

  /** Fewer characters are no beginning: too easily another id has them, too. */
  private static final int SHORTEST = 4;

  private static final String LAST = "@last";
  private static final int NAMED = 3;

  /** So many jobs are looked at first; most often the last one is among them. */
  private static final List<Integer> LOOKS = List.of(50, ListedJob.MOST_OF_API, ListedJob.MOST);

  /** The time in an id, in milliseconds: lists tell when a job was submitted to the second. */
  private static final Pattern MADE_AT = Pattern.compile("-(\\d{13})-[0-9a-f]{12}$");

  private ShortIds() {}

  /** Lists jobs, the one that changed last first. */
  @FunctionalInterface
  public interface Rows {
    List<ListedJob> newest(int limit) throws InterruptedException;
  }

  /** Whether these are words for an id, and none. */
  public static boolean isLast(String id) {
    return id.startsWith("@");
  }

  /**
   * The name in {@code @last:NAME}; empty for {@code @last}.
   *
   * @throws MnException for other words
   */
  public static Optional<String> name(String words) {
    if (words.equals(LAST)) {
      return Optional.empty();
    }
    if (!words.startsWith(LAST + ":") || words.length() == LAST.length() + 1) {
      throw MnException.invalid(
          "%s is no id; @last is the last job, @last:NAME the last one of that workflow"
              .formatted(words));
    }
    return Optional.of(words.substring(LAST.length() + 1));
  }

  /**
   * The job that was submitted last.
   *
   * @param words {@code @last} or {@code @last:NAME}
   * @throws MnException NOT_FOUND when there is none
   */
  public static ListedJob last(String words, Rows rows) throws InterruptedException {
    Optional<String> name = name(words);
    Predicate<ListedJob> isMeant = row -> name.isEmpty() || row.isOf(name.get());
    Optional<ListedJob> last = Optional.empty();
    int seen = -1;
    for (int limit : LOOKS) {
      List<ListedJob> some = rows.newest(limit);
      last = some.stream().filter(isMeant).reduce((one, next) -> isLater(next, one) ? next : one);
      boolean isAll = some.size() < limit || some.size() == seen;
      if (isAll || last.isPresent() && isBefore(some.getLast().updatedAt(), last.get())) {
        break; // a job is not submitted later than it changed
      }
      seen = some.size();
    }
    return last.orElseThrow(
        () ->
            new MnException(
                ErrorCode.NOT_FOUND,
                UNKNOWN,
                name.map(one -> "there is no job of a workflow " + one)
                    .orElse("there is no job yet")));
  }

  private static boolean isBefore(String updatedAt, ListedJob last) {
    return Objects.toString(updatedAt, "").compareTo(Objects.toString(last.submittedAt(), "")) < 0;
  }

  /** Of jobs of one moment, the first of the list counts. */
  private static boolean isLater(ListedJob one, ListedJob other) {
    return Comparator.comparing((ListedJob row) -> Objects.toString(row.submittedAt(), ""))
            .thenComparing(ShortIds::madeAt)
            .compare(one, other)
        > 0;
  }

  private static long madeAt(ListedJob row) {
    Matcher found = MADE_AT.matcher(row.jobId());
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /** The beginning of an id as a person gives it; tables put an ellipsis behind one. */
  public static String beginning(String given) {
    return given.endsWith("…") ? given.substring(0, given.length() - 1) : given;
  }

  /**
   * The one id that begins so; empty when none does, or when it is too short to be a beginning.
   *
   * @throws MnException when several do
   */
  public static Optional<String> only(String given, Stream<String> ids) {
    String beginning = beginning(given);
    List<String> found =
        beginning.length() < SHORTEST
            ? List.of()
            : ids.filter(id -> id.startsWith(beginning)).distinct().toList();
    if (found.size() <= 1) {
      return found.stream().findFirst();
    }
    String more = found.size() > NAMED ? " and %d more".formatted(found.size() - NAMED) : "";
    throw new MnException(
        ErrorCode.INVALID,
        "ambiguous_id",
        "%d ids begin with %s: %s%s; give more of it"
            .formatted(
                found.size(),
                beginning,
                String.join(", ", found.subList(0, Math.min(NAMED, found.size()))),
                more));
  }
}
