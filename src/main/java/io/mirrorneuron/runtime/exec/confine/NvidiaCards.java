package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.workflow.Allocation.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Files of NVIDIA's cards. The number of a file need not be that by which {@code nvidia-smi} knows
 * the card; its driver tells both. Where it does not, they count as the same.
 */
final class NvidiaCards {
  private static final Pattern CARD = Pattern.compile("nvidia(\\d+)");
  private static final Pattern INSTANCE = Pattern.compile("MIG-(GPU-[^/]+)/(\\d+)/(\\d+)");
  private static final Pattern CAPABILITY = Pattern.compile("DeviceFileMinor:\\s*(\\d+)");

  /** What the parts of divided cards are reached by. */
  private static final String CAPABILITIES = "nvidia-caps";

  private final Path devices;
  private final Path driver;

  /**
   * @param driver what it tells of itself, as {@code /proc/driver/nvidia}
   */
  NvidiaCards(Path devices, Path driver) {
    this.devices = devices;
    this.driver = driver;
  }

  private record Card(String address, String uuid, String minor) {}

  /**
   * What a program may use of one of the vendor's files or folders.
   *
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

  /** Places of the cards on the bus, as far as they are known. */
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

  /** Of a part, the card that it is a part of. */
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

  /** In the order of the bus, which is that of the vendor's tools. */
  private List<Card> cards() {
    return entries(driver.resolve("gpus")).stream()
        .map(
            folder -> {
              String told = text(folder.resolve("information"));
              return new Card(
                  folder.getFileName().toString(),
                  value(told, "GPU UUID"),
                  value(told, "Device Minor"));
            })
        .toList();
  }

  private static String value(String told, String name) {
    return told.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** Of one part, or, where its name does not say which it is, of all parts of its card. */
  private List<Path> capabilities(Device part) {
    Path folder = driver.resolve("capabilities/gpu" + minor(part) + "/mig");
    Matcher own = INSTANCE.matcher(part.id());
    List<Path> told = new ArrayList<>();
    for (Path instance : entries(folder)) {
      if (!own.matches() || instance.endsWith("gi" + own.group(2))) {
        told.add(instance.resolve("access"));
        entries(instance).stream()
            .filter(one -> !own.matches() || one.endsWith("ci" + own.group(3)))
            .forEach(one -> told.add(one.resolve("access")));
      }
    }
    return told.stream()
        .map(file -> CAPABILITY.matcher(text(file)))
        .filter(Matcher::find)
        .map(minor -> devices.resolve(CAPABILITIES).resolve("nvidia-cap" + minor.group(1)))
        .toList();
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).sorted(Comparator.naturalOrder()).toList();
    } catch (IOException e) {
      return List.of(); // not told here
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
