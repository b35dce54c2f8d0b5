package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.workflow.Allocation.Device;
import java.nio.file.Path;
import java.util.List;

/**
 * What one program may reach besides what all may.
 *
 * @param read files, and folders with everything below
 * @param write the same, to read and to change
 * @param devices that its run was given
 */
public record Reach(List<Path> read, List<Path> write, List<Device> devices) {
  public Reach {
    read = List.copyOf(read);
    write = List.copyOf(write);
    devices = List.copyOf(devices);
  }

  public Reach(List<Path> read, List<Path> write) {
    this(read, write, List.of());
  }

  public static Reach writing(Path... folders) {
    return new Reach(List.of(), List.of(folders));
  }
}
