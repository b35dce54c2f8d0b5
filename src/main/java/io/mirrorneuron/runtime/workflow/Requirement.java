package io.mirrorneuron.runtime.workflow;

/**
 * Something that some machine must have before a job is accepted; nothing of it is given to the
 * job.
 *
 * @param resource {@code cpu}, {@code memory}, {@code disk} or {@code gpu}
 * @param least thousandths of a core, or MB; 0 of a gpu
 * @param device null of all but a gpu
 * @param isWaived whether its submitter wants to do without
 */
public record Requirement(String resource, long least, DeviceDemand device, boolean isWaived) {

  /** For people: {@code memory of 4096 MB}. */
  public String words() {
    return switch (resource) {
      case "cpu" -> "%s CPU cores".formatted(Amounts.cores(least));
      case "gpu" -> device.words();
      default -> "%d MB of %s".formatted(least, resource);
    };
  }
}
