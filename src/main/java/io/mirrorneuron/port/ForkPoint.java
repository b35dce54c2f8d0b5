package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Where a job began: at a place of another one. */
public record ForkPoint(String jobId, Place at) {

  /**
   * A text or a number in JSON.
   *
   * @param step null for a place between two events
   * @param event the number of the last event that was taken over, 0 for the beginning
   */
  public record Place(String step, long event) {
    public static Place atStep(String step) {
      return new Place(step, 0);
    }

    public static Place atEvent(long event) {
      return new Place(null, event);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Place of(Object json) {
      return json instanceof Number number
          ? atEvent(number.longValue())
          : atStep(String.valueOf(json));
    }

    @JsonValue
    Object json() {
      return step == null ? (Object) event : step;
    }
  }
}
