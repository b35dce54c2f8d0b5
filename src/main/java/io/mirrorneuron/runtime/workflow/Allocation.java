package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What one run of a program was given of its node; nobody else is given it until that program is
 * gone.
 *
 * @param ports each with its number
 * @param runtimeDriver what runs the program
 */
public record Allocation(
    String node,
    @JsonProperty("resources") Amounts amounts,
    List<Device> devices,
    List<ResourceRequest.Port> ports,
    List<ResourceRequest.Volume> volumes,
    String runtimeDriver) {
  public Allocation {
    devices = List.copyOf(devices);
    ports = List.copyOf(ports);
    volumes = List.copyOf(volumes);
  }

  /**
   * A device by the names that its vendor's tools know it by.
   *
   * @param id unique on its node
   * @param index position among the devices of its vendor
   * @param kind {@code gpu}
   * @param vendor {@code nvidia}, {@code amd}, {@code apple}
   * @param driver {@code cuda}, {@code rocm}, {@code metal}
   */
  public record Device(String id, int index, String kind, String vendor, String driver) {}
}
