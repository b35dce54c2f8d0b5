package io.mirrorneuron.golden;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces what differs between two runs of the same scenario: ids by names in the order of their
 * first appearance, so that equal ids stay equal; times near now by their shape; durations, sizes
 * and loads by their kind. Order, absence and blanks are left as they are.
 */
final class Normaliser {
  private static final Pattern MEMBER =
      Pattern.compile("\"([A-Za-z0-9_]+)\"( ?: ?)(-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?)(?=[\\s,}\\]])");

  /** Numbers that measure this machine or this moment. */
  private static final Set<String> MEASURES =
      Set.of(
          "pid",
          "cpu_seconds",
          "queue_wait_ms",
          "elapsed_ms",
          "first_token_ms",
          "tokens_per_second",
          "sample_count",
          "size",
          "size_bytes",
          "resources",
          "load_average_1m",
          "load_ratio",
          "logical_processors",
          "cpu_cores",
          "used_ratio",
          "grpc_port");

  private static final Pattern MEASURE =
      Pattern.compile(
          "duration_ms|.*elapsed_seconds|.*cpu_pct.*|.*memory_rss_mb.*|(total|available|used)_(bytes|mb)"
              + "|(memory|disk)(_total|_available)?_gb");

  /** In the text form of a message. */
  private static final Pattern DOOR = Pattern.compile("(?m)^grpc_port: \\d+$");

  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\d)T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)?");
  private static final Pattern HTTP_DATE =
      Pattern.compile("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
  private static final Pattern EPOCH =
      Pattern.compile("(?<![0-9A-Za-z.])(\\d{10}|\\d{13}|\\d{16})(?![0-9A-Za-z])");
  private static final Pattern NUMBER =
      Pattern.compile("(?<=[^\\\\]\":)(\\d{10}|\\d{13}|\\d{16})(?=[,}\\]])");
  private static final Pattern OPAQUE =
      Pattern.compile(
          "\\\\?\"(?:message_id|causation_id|correlation_id)\\\\?\" ?: ?\\\\?\"([A-Za-z0-9_-]{16})\\\\?\""
              + "|(?:trc_|spn_|wfr-|evt_)([A-Za-z0-9_-]{16})(?![A-Za-z0-9_-])"
              + "|bundle-([0-9a-f]{32})"
              + "|(?:hook_out|hook|dispatch|event)_([0-9a-f]{16,32})(?![0-9a-f])"
              + "|\"token\":\"([A-Za-z0-9_-]{43})\""
              + "|(?:/hooks/)([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])"
              + "|plan1\\.([0-9a-f.]{99})(?![0-9a-f.])"
              + "|mnst1\\.([A-Za-z0-9_.-]{60,})"
              + "|whsec_([A-Za-z0-9+/=]{20,})");

  /** In JSON, in JSON within text, and as a label of a metric. */
  private static final Pattern BUILD =
      Pattern.compile(
          "(\\\\?\"?(?:commit|build_date)\\\\?\"? ?[:=] ?\\\\?\")[0-9A-Za-z:+-]*(?=\\\\?\")");

  private static final Pattern SUFFIX =
      Pattern.compile(
          "(?<![0-9])(1\\d{12}-[0-9a-f]{12})(?![0-9a-f])|-(20\\d{6}T\\d{12}Z)(?![0-9])");
  private static final Pattern STORE = Pattern.compile("\"identity\" ?: ?\"([0-9a-f]{32})\"");
  private static final Pattern REQUEST =
      Pattern.compile("(?:\"request_id\" ?: ?|x-request-id\": )\"([0-9a-f]{16})\"");
  private static final Pattern SHA256 = Pattern.compile("(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])");
  private static final Pattern ETAG =
      Pattern.compile("(?<![0-9a-f])[0-9a-f]{16}-[0-9a-f]+-[0-9a-f]+(?![0-9a-f])");
  private static final Pattern RUNTIME = Pattern.compile("#[0-9a-f]{48}");
  private static final Pattern JOURNAL = Pattern.compile("dev=[0-9a-f]+,ino=\\d+ \\d+ [0-9a-f]+ ");

  /** What is left of a machine's amounts. */
  private static final Pattern FREE =
      Pattern.compile(
          "(\"free\" ?: ?\\{\"cpu_cores\" ?: ?)[0-9.]+(, ?\"memory_mb\" ?: ?)\\d+(, ?\"disk_mb\" ?: ?)\\d+");

  private static final Pattern MEMORY = Pattern.compile("(the node has )[0-9.]+( GB)");

  private static final Pattern MARKDOWN =
      Pattern.compile(
          "\\| (max_cpu_pct \\| |max_memory_rss_mb \\| |Records in resources.jsonl \\| |)\\d+(?:\\.\\d+)?( s|) (?=\\|)");
  private static final Pattern TOOK = Pattern.compile("(?<= and took )[0-9][0-9a-z. ]*(?=\\.)");
  private static final Pattern CURSOR = Pattern.compile("\"next\":\"([A-Za-z0-9_-]{8,})\"");

  private final Instant now;
  private final Map<String, String> names =
      new TreeMap<>(Comparator.comparing(String::length).reversed().thenComparing(name -> name));

  Normaliser(Instant now) {
    this.now = now;
  }

  /** From here on the text reads {@code <name>} wherever it appears. */
  void name(String text, String name) {
    replace(text, "<" + name + ">");
  }

  /** From here on the text reads otherwise wherever it appears. */
  void replace(String text, String other) {
    names.put(text, other);
  }

  void forget(String text) {
    names.remove(text);
  }

  /**
   * @param stored whether hashes, sizes and durations are of what the test itself has written, and
   *     stay
   */
  String apply(String text, boolean stored) {
    String named = BUILD.matcher(cursors(text)).replaceAll("$1<build>");
    for (Map.Entry<String, String> name : names.entrySet()) {
      named = named.replace(name.getKey(), name.getValue());
    }
    named = numbered(BackupFields.sorted(named), OPAQUE, "id");
    named = numbered(named, SUFFIX, "suffix");
    named = numbered(named, REQUEST, "request");
    named = numbered(named, STORE, "store");
    named = ETAG.matcher(named).replaceAll("<etag>");
    named = DOOR.matcher(named).replaceAll("grpc_port: <integer>");
    named = RUNTIME.matcher(named).replaceAll("#<runtime>");
    named = JOURNAL.matcher(named).replaceAll("dev=<device>,ino=<inode> <offset> <checksum> ");
    named = times(named);
    if (stored) {
      return named;
    }
    named = FREE.matcher(named).replaceAll("$1\"<decimal>\"$2\"<integer>\"$3\"<integer>\"");
    named = TOOK.matcher(named).replaceAll("<duration>");
    named = MEMORY.matcher(named).replaceAll("$1<decimal>$2");
    named = measures(MARKDOWN.matcher(named).replaceAll("| $1<decimal>$2 "));
    return numbered(named, SHA256, "sha256");
  }

  /** What a cursor says is compared, too. */
  private String cursors(String text) {
    return CURSOR
        .matcher(text)
        .replaceAll(
            found -> {
              try {
                String said =
                    new String(
                        Base64.getUrlDecoder().decode(found.group(1)), StandardCharsets.UTF_8);
                boolean plain = said.chars().allMatch(c -> c >= ' ' && c < 127 && c != '"');
                String shown = plain ? "<base64 of " + said + ">" : found.group(1);
                return Matcher.quoteReplacement("\"next\":\"" + shown + "\"");
              } catch (IllegalArgumentException e) {
                return Matcher.quoteReplacement(found.group());
              }
            });
  }

  /** Gives each text of a group the next number of its kind, wherever it stands. */
  private static String numbered(String text, Pattern pattern, String kind) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      for (int i = 1; i <= matcher.groupCount(); i++) {
        if (matcher.group(i) != null && !found.contains(matcher.group(i))) {
          found.add(matcher.group(i));
        }
      }
    }
    Map<Integer, String> first = new TreeMap<>();
    found.forEach(id -> first.put(text.indexOf(id), id));
    Map<String, String> numbers = new LinkedHashMap<>();
    first.values().forEach(id -> numbers.put(id, "<" + kind + "-" + (numbers.size() + 1) + ">"));
    if (numbers.isEmpty()) {
      return text;
    }
    Pattern any =
        Pattern.compile(String.join("|", numbers.keySet().stream().map(Pattern::quote).toList()));
    return any.matcher(text).replaceAll(id -> numbers.get(id.group()));
  }

  private String times(String text) {
    String zoned =
        TIME.matcher(text)
            .replaceAll(
                time ->
                    isNear(LocalDate.parse(time.group(1)).atStartOfDay().toInstant(ZoneOffset.UTC))
                        ? "<time" + shape(time) + ">"
                        : Matcher.quoteReplacement(time.group()));
    String dated = HTTP_DATE.matcher(zoned).replaceAll("<http date>");
    String bare = NUMBER.matcher(dated).replaceAll(number -> epoch(number.group(), "\""));
    return EPOCH.matcher(bare).replaceAll(number -> epoch(number.group(), ""));
  }

  private String epoch(String number, String quote) {
    long seconds = Long.parseLong(number.substring(0, 10));
    String unit =
        Map.of(10, "seconds", 13, "milliseconds", 16, "microseconds").get(number.length());
    return isNear(Instant.ofEpochSecond(seconds)) ? quote + "<" + unit + ">" + quote : number;
  }

  private static String shape(MatchResult time) {
    String fraction = time.group(2) == null ? "" : "." + "0".repeat(time.group(2).length() - 1);
    return fraction + (time.group(3) == null ? "" : time.group(3));
  }

  private boolean isNear(Instant time) {
    return Duration.between(time, now).abs().compareTo(Duration.ofDays(9)) < 0;
  }

  private static String measures(String text) {
    return MEMBER
        .matcher(text)
        .replaceAll(
            member -> {
              String name = member.group(1);
              if (!MEASURES.contains(name) && !MEASURE.matcher(name).matches()) {
                return Matcher.quoteReplacement(member.group());
              }
              String kind = member.group(4) == null ? "integer" : "decimal";
              return "\"" + name + "\"" + member.group(2) + "\"<" + kind + ">\"";
            });
  }
}
