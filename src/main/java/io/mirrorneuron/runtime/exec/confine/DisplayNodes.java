package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.workflow.Allocation.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of cards of all vendors below {@code /dev/dri}, and whose they are. */
final class DisplayNodes {
  /** Of the bus, by vendor. */
  private static final String ID_OF_AMD = "0x1002";

  private static final String ID_OF_NVIDIA = "0x10de";
  private static final int DIGITS = 16;

  private final Path folder;
  private final Path classes;

  /**
   * @param folder as {@code /dev/dri}
   * @param classes as {@code /sys/class/drm}
   */
  DisplayNodes(Path folder, Path classes) {
    this.folder = folder;
    this.classes = classes;
  }

  /**
   * @param vendor empty for one whose cards nobody asks for
   * @param address of the card on its bus; empty where that is not told
   * @param unique the number that AMD gives the card; may be empty
   */
  private record Node(Path file, String vendor, String address, String unique) {}

  /**
   * Those that a program may use.
   *
   * @param managed vendors whose cards are given to one program at a time
   * @param ofAmd its cards of AMD
   * @param ofNvidia places of its cards of NVIDIA on the bus
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

  /** By its number, else by its place on the bus, else by its position; empty if none fits. */
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

  /** A card that tells nothing of itself counts as one of those that are given to programs. */
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

  /** As the tools of AMD name it. */
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
