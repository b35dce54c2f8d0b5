package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * What an agent needs of its node while its program runs ({@code runtime.md} 5.6), whichever
 * spelling its author chose.
 *
 * @param devices each with how many; none of them is shared
 * @param runtimeDriver what must run the program, or null
 */
public record ResourceRequest(
    Amounts amounts,
    List<DeviceDemand> devices,
    List<Port> ports,
    List<Volume> volumes,
    String runtimeDriver) {
  public static final ResourceRequest NONE =
      new ResourceRequest(Amounts.NONE, List.of(), List.of(), List.of(), null);

  public ResourceRequest {
    devices = List.copyOf(devices);
    ports = List.copyOf(ports);
    volumes = List.copyOf(volumes);
  }

  /** Whether any node at any time can give it. */
  public boolean isNothing() {
    return equals(NONE);
  }

  /** The same without ports and volumes. */
  public ResourceRequest withoutPlaces() {
    return new ResourceRequest(amounts, devices, List.of(), List.of(), runtimeDriver);
  }

  /**
   * @param number 1 to 65535; 0 when any will do
   * @param protocol tcp, udp, http or grpc
   */
  public record Port(String label, @JsonProperty("port") int number, String protocol) {
    /** Whether it is taken from the numbers of UDP; those of TCP are others. */
    @JsonIgnore
    public boolean isUdp() {
      return protocol.equals("udp");
    }

    /** Whether only one of them can be listened on. */
    public boolean isSameNumber(Port other) {
      return number == other.number && isUdp() == other.isUdp();
    }

    /** The variable that tells programs its number. */
    public String variable() {
      return "MN_PORT_" + label.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** The same with this number. */
    public Port with(int chosen) {
      return new Port(label, chosen, protocol);
    }
  }

  /**
   * A folder of the node; programs are only told of it.
   *
   * @param source path on the node
   * @param target absolute path that the author would like to see it at
   * @param mode ro or rw
   */
  public record Volume(String name, String source, String target, String mode) {}
}
