package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * The log of {@code nvidia-smi -q -x}. As in CUDA, the instances of a divided card are devices and
 * the card is not; a divided card without instances offers nothing. Pure.
 *
 * @param names by card and number of the instance, from {@code nvidia-smi -L}
 */
record NvidiaLog(String driver, String cuda, List<Element> cards, Map<String, Name> names) {
  private static final String CUDA = "cuda";

  private static final Pattern CARD = Pattern.compile("GPU \\d+: .*\\(UUID: ([^)]+)\\)");

  private static final Pattern INSTANCE =
      Pattern.compile("\\s+MIG (\\S+)\\s+Device\\s+(\\d+): \\(UUID: ([^)]+)\\)");

  /** Of an instance. */
  record Name(String uuid, String profile) {}

  static NvidiaLog read(String xml) throws IOException {
    Element root;
    try {
      // The document names a DTD that does not exist.
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      root = builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException("what it prints is no log: " + e.getMessage(), e);
    }
    return new NvidiaLog(
        Gpus.reported(text(root, "driver_version")),
        Gpus.reported(text(root, "cuda_version")),
        children(root, "gpu"),
        Map.of());
  }

  /**
   * @param list output of {@code nvidia-smi -L}
   */
  NvidiaLog named(String list) {
    Map<String, Name> found = new HashMap<>();
    String card = "";
    for (String line : list.lines().toList()) {
      Matcher start = CARD.matcher(line);
      Matcher instance = INSTANCE.matcher(line);
      if (start.matches()) {
        card = start.group(1);
      } else if (instance.matches()) {
        found.put(card + "/" + instance.group(2), new Name(instance.group(3), instance.group(1)));
      }
    }
    return new NvidiaLog(driver, cuda, cards, found);
  }

  boolean isDivided() {
    return cards.stream().anyMatch(NvidiaLog::isDivided);
  }

  private static boolean isDivided(Element card) {
    return "Enabled".equals(text(card, "mig_mode", "current_mig"));
  }

  List<Gpu> gpus() {
    List<Gpu> gpus = new ArrayList<>();
    for (int index = 0; index < cards.size(); index++) {
      Element card = cards.get(index);
      if (isDivided(card)) {
        for (Element instance : children(child(card, "mig_devices"), "mig_device")) {
          gpus.add(instance(card, index, instance));
        }
      } else {
        String use = text(card, "utilization", "gpu_util");
        gpus.add(gpu(text(card, "uuid"), index, name(card), card, ToolAmounts.ratio(use), CUDA));
      }
    }
    return gpus;
  }

  /** Has the number of its card, which people know. */
  private Gpu instance(Element card, int index, Element instance) {
    String uuid = text(card, "uuid");
    Name name =
        names.getOrDefault(
            uuid + "/" + text(instance, "index"),
            // The form of the older drivers, which the newer also accept.
            new Name(
                "MIG-%s/%s/%s"
                    .formatted(
                        uuid,
                        text(instance, "gpu_instance_id"),
                        text(instance, "compute_instance_id")),
                ""));
    String full = (name(card) + " MIG " + name.profile()).strip();
    return gpu(name.uuid(), index, full, instance, -1, CUDA, "mig");
  }

  private Gpu gpu(
      String id, int index, String name, Element measured, double use, String... capabilities) {
    return new Gpu(
        id,
        index,
        name,
        new Software("nvidia", CUDA, driver, CUDA, cuda, Gpus.capabilities(capabilities)),
        ToolAmounts.megabytes(text(measured, "fb_memory_usage", "total")),
        ToolAmounts.megabytes(text(measured, "fb_memory_usage", "used")),
        ToolAmounts.megabytes(text(measured, "fb_memory_usage", "free")),
        use);
  }

  private static String name(Element card) {
    return text(card, "product_name");
  }

  /** Empty when there is none. */
  private static String text(Element of, String... path) {
    Element at = of;
    for (String name : path) {
      at = at == null ? null : child(at, name);
    }
    return at == null ? "" : at.getTextContent().strip();
  }

  private static Element child(Element of, String name) {
    List<Element> found = children(of, name);
    return found.isEmpty() ? null : found.getFirst();
  }

  private static List<Element> children(Element of, String name) {
    List<Element> found = new ArrayList<>();
    for (Node at = of == null ? null : of.getFirstChild(); at != null; at = at.getNextSibling()) {
      if (at instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
