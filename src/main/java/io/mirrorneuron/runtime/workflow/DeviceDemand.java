package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;

/**
 * Devices that a job asks for, once or several times. What is null, 0 or empty may be anything.
 *
 * @param resource {@code gpu}, or the author's word for another kind
 * @param minCount how many; at least 1
 * @param requiredCapabilities any one of these
 * @param ids exactly these
 * @param apiVersionOperator {@code >}, {@code >=} or {@code ==}, as is {@code memoryOperator}
 * @param minMemoryMb that is free
 */
@JsonInclude(Include.NON_EMPTY)
public record DeviceDemand(
    String resource,
    int minCount,
    String vendor,
    String driver,
    List<String> requiredCapabilities,
    List<String> ids,
    String minApiVersion,
    String apiVersionOperator,
    Double minMemoryMb,
    String memoryOperator) {
  public DeviceDemand {
    requiredCapabilities =
        requiredCapabilities == null ? List.of() : List.copyOf(requiredCapabilities);
    ids = ids == null ? List.of() : List.copyOf(ids);
  }

  /** For people: {@code 2 devices of kind gpu, vendor nvidia, free MB >= 8000}. */
  public String words() {
    StringBuilder words = new StringBuilder();
    words.append(minCount == 1 ? "a device" : minCount + " devices").append(" of kind ");
    words.append(resource);
    add(words, "vendor", vendor);
    add(words, "driver", driver);
    add(words, "with", String.join(" or ", requiredCapabilities));
    add(words, "id", String.join(" or ", ids));
    add(words, "API " + apiVersionOperator, minApiVersion);
    add(
        words,
        "free MB " + memoryOperator,
        minMemoryMb == null ? "" : "%.0f".formatted(minMemoryMb));
    return words.toString();
  }

  private static void add(StringBuilder words, String name, String value) {
    if (value != null && !value.isEmpty()) {
      words.append(", ").append(name).append(' ').append(value);
    }
  }
}
