package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One measured number beside its floor.
 *
 * @param floor the least that the machine asks for such work, or the same work at its smallest,
 *     measured in the same run; null when there is nothing to compare with
 * @param more further numbers of the same measurement, by name with unit
 */
record Figure(String name, Unit unit, double value, Floor floor, Map<String, Double> more) {

  /** What a number counts, and whether a large one is good. */
  enum Unit {
    PER_SECOND("1/s", true),
    MILLISECONDS("ms", false),
    MICROSECONDS("us", false),
    KIBIBYTES("KiB", false),
    MEBIBYTES("MiB", false);

    private final String symbol;
    private final boolean moreIsBetter;

    Unit(String symbol, boolean moreIsBetter) {
      this.symbol = symbol;
      this.moreIsBetter = moreIsBetter;
    }
  }

  /**
   * @param what was done, for people
   * @param value in the unit of the figure
   */
  record Floor(String what, double value) {}

  Figure(String name, Unit unit, double value, Floor floor) {
    this(name, unit, value, floor, Map.of());
  }

  /** The same with one more number. */
  Figure with(String name, double value) {
    Map<String, Double> all = new LinkedHashMap<>(more);
    all.put(name, value);
    return new Figure(this.name, unit, this.value, floor, all);
  }

  /** How much of what the floor allows is reached: 1 is all of it, for every unit. */
  double ratio() {
    return unit.moreIsBetter ? value / floor.value() : floor.value() / value;
  }

  ObjectNode json() {
    ObjectNode json = Json.object().put("name", name);
    if (floor != null) {
      json.put("ratio", rounded(ratio()));
    }
    json.put("value", rounded(value)).put("unit", unit.symbol);
    if (floor != null) {
      json.putObject("floor").put("what", floor.what()).put("value", rounded(floor.value()));
    }
    more.forEach((key, number) -> json.put(key, rounded(number)));
    return json;
  }

  /** Three digits that count are more than such a measurement has. */
  private static double rounded(double value) {
    return !Double.isFinite(value) || Math.abs(value) >= 100
        ? Math.rint(value)
        : new BigDecimal(value).round(new MathContext(3)).doubleValue();
  }
}
