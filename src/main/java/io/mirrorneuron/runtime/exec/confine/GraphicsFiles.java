package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Device files of graphics processors. A program gets the files of its allocated cards; files of
 * vendors whose cards this server does not manage are open to all programs, as no program can
 * request such cards. Thread-safe.
 */
public final class GraphicsFiles {
  static final String NVIDIA = "nvidia";
  static final String AMD = "amd";

  /** NVIDIA, AMD, Intel and others, accelerators, and Linux on Windows. */
  private static final Pattern GRAPHICS = Pattern.compile("nvidia.*|dri|kfd|accel|dxg|davinci.*");

  private final Path devices;
  private final NvidiaCards nvidia;
  private final DisplayNodes displays;
  private final Supplier<Set<String>> vendors;
  private volatile Snapshot snapshot = new Snapshot(FileTime.fromMillis(-1), List.of());

  private record Snapshot(FileTime changed, List<Path> entries) {}

  /**
   * @param devices for example {@code /dev}
   * @param processes for example {@code /proc}
   * @param system for example {@code /sys}
   * @param vendors of the cards that programs may request; called often, must not block
   */
  GraphicsFiles(Path devices, Path processes, Path system, Supplier<Set<String>> vendors) {
    this.devices = devices;
    this.nvidia = new NvidiaCards(devices, processes.resolve("driver/nvidia"));
    this.displays = new DisplayNodes(devices.resolve("dri"), system.resolve("class/drm"));
    this.vendors = vendors;
  }

  public static GraphicsFiles ofMachine(Supplier<Set<String>> vendors) {
    return new GraphicsFiles(Devices.FOLDER, Path.of("/proc"), Path.of("/sys"), vendors);
  }

  /**
   * The device files that a program may use.
   *
   * @param given the cards allocated to it
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

  /** The files of cards of all vendors below {@code /dev/dri}. */
  private static final class DisplayNodes {
    /** Vendor ids of the PCI bus. */
    private static final String ID_OF_AMD = "0x1002";

    private static final String ID_OF_NVIDIA = "0x10de";
    private static final int DIGITS = 16;

    private final Path folder;
    private final Path classes;

    /**
     * @param folder for example {@code /dev/dri}
     * @param classes for example {@code /sys/class/drm}
     */
    DisplayNodes(Path folder, Path classes) {
      this.folder = folder;
      this.classes = classes;
    }

    /**
     * @param vendor empty for a vendor whose cards are not managed
     * @param address of the card on its bus; empty if unknown
     * @param unique the number that AMD gives the card; may be empty
     */
    private record Node(Path file, String vendor, String address, String unique) {}

    /**
     * The files that a program may use.
     *
     * @param managed vendors whose cards are allocated to one program at a time
     * @param ofAmd its AMD cards
     * @param ofNvidia bus addresses of its NVIDIA cards
     */
    List<Path> files(Set<String> managed, List<Device> ofAmd, Set<String> ofNvidia) {
      List<Node> nodes = nodes(managed);
      Set<String> places =
          nodes.stream()
              .filter(one -> one.vendor().equals(GraphicsFiles.AMD))
              .map(Node::address)
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> given =
          ofAmd.stream()
              .map(one -> address(one, nodes, List.copyOf(places)))
              .collect(Collectors.toSet());
      given.addAll(ofNvidia);
      return nodes.stream()
          .filter(one -> !managed.contains(one.vendor()) || given.contains(one.address()))
          .map(Node::file)
          .toList();
    }

    /**
     * By its unique number, else by its bus address, else by its position; empty if none matches.
     */
    private static String address(Device device, List<Node> nodes, List<String> places) {
      return nodes.stream()
          .filter(
              one ->
                  one.address().equalsIgnoreCase(device.id())
                      || !one.unique().isEmpty() && one.unique().equals(device.id()))
          .map(Node::address)
          .findFirst()
          .orElseGet(() -> device.index() < places.size() ? places.get(device.index()) : "none");
    }

    private List<Node> nodes(Set<String> managed) {
      List<Node> nodes = new ArrayList<>();
      try (Stream<Path> all = Files.list(folder)) {
        for (Path file : all.filter(one -> !Files.isDirectory(one)).sorted().toList()) {
          Path card = classes.resolve(file.getFileName()).resolve("device");
          nodes.add(new Node(file, vendor(card, managed), place(card), unique(card)));
        }
      } catch (IOException e) {
        return List.of();
      }
      return nodes;
    }

    /** A card without readable properties counts as managed. */
    private static String vendor(Path card, Set<String> managed) {
      return switch (text(card.resolve("vendor"))) {
        case ID_OF_AMD -> GraphicsFiles.AMD;
        case ID_OF_NVIDIA -> GraphicsFiles.NVIDIA;
        case "" -> managed.stream().sorted().findFirst().orElse("");
        default -> "";
      };
    }

    private static String place(Path card) {
      try {
        return card.toRealPath().getFileName().toString();
      } catch (IOException e) {
        return "";
      }
    }

    /** In the format of AMD's tools. */
    private static String unique(Path card) {
      String digits = text(card.resolve("unique_id")).toLowerCase(Locale.ROOT);
      return digits.isEmpty() || digits.length() > DIGITS
          ? ""
          : "GPU-" + "0".repeat(DIGITS - digits.length()) + digits;
    }

    private static String text(Path file) {
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        return "";
      }
    }
  }

  /**
   * Files of NVIDIA's cards. The number of a file may differ from the index of the card in {@code
   * nvidia-smi}; the driver reports both. Where it does not, they count as equal.
   */
  private static final class NvidiaCards {
    private static final Pattern CARD = Pattern.compile("nvidia(\\d+)");
    private static final Pattern INSTANCE = Pattern.compile("MIG-(GPU-[^/]+)/(\\d+)/(\\d+)");
    private static final Pattern CAPABILITY = Pattern.compile("DeviceFileMinor:\\s*(\\d+)");

    /** Folder of the files for the parts of divided cards. */
    private static final String CAPABILITIES = "nvidia-caps";

    private final Path devices;
    private final Path driver;

    /**
     * @param driver for example {@code /proc/driver/nvidia}
     */
    NvidiaCards(Path devices, Path driver) {
      this.devices = devices;
      this.driver = driver;
    }

    private record Card(String address, String uuid, String minor) {}

    /**
     * The files of one entry that a program may use.
     *
     * @param entry a file or folder of the vendor in {@code /dev}
     * @param given its cards, and parts of cards
     */
    List<Path> files(Path entry, List<Device> given) {
      String name = entry.getFileName().toString();
      if (given.isEmpty()) {
        return List.of();
      }
      if (name.equals(CAPABILITIES)) {
        return given.stream()
            .filter(NvidiaCards::isPart)
            .flatMap(part -> capabilities(part).stream())
            .distinct()
            .toList();
      }
      Matcher card = CARD.matcher(name);
      boolean isOthers =
          card.matches() && given.stream().noneMatch(one -> minor(one).equals(card.group(1)));
      return isOthers ? List.of() : List.of(entry); // all others are shared by all cards
    }

    /** Known bus addresses of the cards. */
    Set<String> addresses(List<Device> given) {
      return given.stream()
          .flatMap(one -> card(one).stream())
          .map(Card::address)
          .collect(Collectors.toSet());
    }

    private static boolean isPart(Device device) {
      return device.id().startsWith("MIG");
    }

    private String minor(Device device) {
      return card(device).map(Card::minor).orElse(Integer.toString(device.index()));
    }

    /** For a part, the card that it belongs to. */
    private Optional<Card> card(Device device) {
      List<Card> cards = cards();
      Matcher part = INSTANCE.matcher(device.id());
      String uuid = part.matches() ? part.group(1) : device.id();
      return cards.stream()
          .filter(one -> one.uuid().equals(uuid))
          .findFirst()
          .or(
              () ->
                  isPart(device) && device.index() < cards.size()
                      ? Optional.of(cards.get(device.index()))
                      : Optional.empty());
    }

    /** Ordered by bus address, as in the vendor's tools. */
    private List<Card> cards() {
      return entries(driver.resolve("gpus")).stream()
          .map(
              folder -> {
                String reported = text(folder.resolve("information"));
                return new Card(
                    folder.getFileName().toString(),
                    value(reported, "GPU UUID"),
                    value(reported, "Device Minor"));
              })
          .toList();
    }

    private static String value(String reported, String name) {
      return reported
          .lines()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    /** Of one part, or of all parts of its card if its name does not identify it. */
    private List<Path> capabilities(Device part) {
      Path folder = driver.resolve("capabilities/gpu" + minor(part) + "/mig");
      Matcher own = INSTANCE.matcher(part.id());
      List<Path> reported = new ArrayList<>();
      for (Path instance : entries(folder)) {
        if (!own.matches() || instance.endsWith("gi" + own.group(2))) {
          reported.add(instance.resolve("access"));
          entries(instance).stream()
              .filter(one -> !own.matches() || one.endsWith("ci" + own.group(3)))
              .forEach(one -> reported.add(one.resolve("access")));
        }
      }
      return reported.stream()
          .map(file -> CAPABILITY.matcher(text(file)))
          .filter(Matcher::find)
          .map(minor -> devices.resolve(CAPABILITIES).resolve("nvidia-cap" + minor.group(1)))
          .toList();
    }

    private static List<Path> entries(Path folder) {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(Files::isDirectory).sorted(Comparator.naturalOrder()).toList();
      } catch (IOException e) {
        return List.of(); // not available on this machine
      }
    }

    private static String text(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        return "";
      }
    }
  }
}
