package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which statuses of HTTP a check takes for healthy.
 *
 * @param ranges at least one
 */
public record ExpectedStatus(List<Range> ranges) {
  private static final ExpectedStatus USUAL = new ExpectedStatus(List.of(new Range(200, 399)));

  /** Both ends belong to it. */
  public record Range(int from, int to) {
    @Override
    public String toString() {
      return from == to ? Integer.toString(from) : from + "-" + to;
    }

    private static Range of(JsonNode written) {
      String[] ends = written.asText().trim().split("\\s*(-|\\.\\.)\\s*");
      int from = Integer.parseInt(ends[0]);
      return new Range(from, ends.length > 1 ? Integer.parseInt(ends[1]) : from);
    }
  }

  /**
   * @param written an integer, a range as {@code "200-299"} or {@code "200..299"}, or a list of
   *     them; null and what has another form are 200 to 399
   */
  static ExpectedStatus of(JsonNode written) {
    if (written == null || written.isNull()) {
      return USUAL;
    }
    try {
      List<Range> ranges =
          written.isArray()
              ? Json.elements(written).map(Range::of).toList()
              : List.of(Range.of(written));
      return ranges.isEmpty() ? USUAL : new ExpectedStatus(ranges);
    } catch (NumberFormatException e) {
      return USUAL;
    }
  }

  public boolean includes(int status) {
    return ranges.stream().anyMatch(range -> range.from <= status && status <= range.to);
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
  }
}
