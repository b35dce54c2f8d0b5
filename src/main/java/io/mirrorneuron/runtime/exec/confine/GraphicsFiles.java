package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.workflow.Allocation.Device;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Device files of graphics processors, and which of them a program gets: those of the cards that it
 * was given. Files of vendors whose cards this server does not know are for all programs, as nobody
 * can ask for them. Thread-safe.
 */
public final class GraphicsFiles {
  static final String NVIDIA = "nvidia";
  static final String AMD = "amd";

  /** Of NVIDIA, AMD, Intel and others, of accelerators, and of Linux below Windows. */
  private static final Pattern GRAPHICS = Pattern.compile("nvidia.*|dri|kfd|accel|dxg|davinci.*");

  private final Path devices;
  private final NvidiaCards nvidia;
  private final DisplayNodes displays;
  private final Supplier<Set<String>> vendors;
  private volatile Snapshot snapshot = new Snapshot(FileTime.fromMillis(-1), List.of());

  /** The entries as they were when the folder was changed last. */
  private record Snapshot(FileTime changed, List<Path> entries) {}

  /**
   * @param devices as {@code /dev}
   * @param processes as {@code /proc}
   * @param system as {@code /sys}
   * @param vendors of the cards that programs may ask for; asked often, must not block
   */
  GraphicsFiles(Path devices, Path processes, Path system, Supplier<Set<String>> vendors) {
    this.devices = devices;
    this.nvidia = new NvidiaCards(devices, processes.resolve("driver/nvidia"));
    this.displays = new DisplayNodes(devices.resolve("dri"), system.resolve("class/drm"));
    this.vendors = vendors;
  }

  /** Those of this machine. */
  public static GraphicsFiles ofMachine(Supplier<Set<String>> vendors) {
    return new GraphicsFiles(Devices.FOLDER, Path.of("/proc"), Path.of("/sys"), vendors);
  }

  /**
   * What a program may use.
   *
   * @param given the cards of its run
   */
  List<Path> of(List<Device> given) {
    List<Path> entries = entries();
    if (entries.isEmpty()) {
      return List.of();
    }
    Set<String> managed = vendors.get();
    List<Device> ofNvidia = given.stream().filter(one -> NVIDIA.equals(one.vendor())).toList();
    List<Device> ofAmd = given.stream().filter(one -> AMD.equals(one.vendor())).toList();
    List<Path> files = new ArrayList<>();
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      if (name.startsWith(NVIDIA)) {
        files.addAll(managed.contains(NVIDIA) ? nvidia.files(entry, ofNvidia) : List.of(entry));
      } else if (name.equals("dri")) {
        files.addAll(displays.files(managed, ofAmd, nvidia.addresses(ofNvidia)));
      } else if (isFree(name, managed, given, ofAmd)) {
        files.add(entry);
      }
    }
    return files;
  }

  private static boolean isFree(
      String name, Set<String> managed, List<Device> given, List<Device> ofAmd) {
    return switch (name) {
      case "kfd" -> !managed.contains(AMD) || !ofAmd.isEmpty();
      case "dxg" -> managed.isEmpty() || !given.isEmpty(); // one file for all cards
      default -> true;
    };
  }

  private List<Path> entries() {
    FileTime changed = changed();
    Snapshot known = snapshot;
    if (!known.changed().equals(changed)) {
      known = new Snapshot(changed, list(devices));
      snapshot = known;
    }
    return known.entries();
  }

  private FileTime changed() {
    try {
      return Files.getLastModifiedTime(devices, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  private static List<Path> list(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path entry : all) {
        boolean isMeant = GRAPHICS.matcher(entry.getFileName().toString()).matches();
        if (isMeant && !Files.isSymbolicLink(entry)) {
          found.add(entry);
        }
      }
    } catch (IOException e) {
      return List.of(); // no devices at all
    }
    return found;
  }
}
