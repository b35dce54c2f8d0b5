package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Checks the form of what a manifest asks for beyond what all programs may reach. */
final class ConfinementCheck {
  private static final Members MEMBERS = Members.closed().with(Shape.NAMES, "read", "write");

  private ConfinementCheck() {}

  static void check(ManifestValue root) {
    ManifestValue demand = root.at("confinement");
    if (!demand.check(Shape.OBJECT)) {
      return;
    }
    demand.checkMembers(MEMBERS);
    for (String member : new String[] {"read", "write"}) {
      if (Shape.NAMES.fits(demand.at(member).value())) {
        demand.at(member).items().forEach(ConfinementCheck::checkPath);
      }
    }
  }

  private static void checkPath(ManifestValue path) {
    if (!isPlain(path.text())) {
      path.mustBe("an absolute path without \"..\", \".\" and double slashes");
    }
  }

  private static boolean isPlain(String text) {
    try {
      Path path = Path.of(text);
      return path.isAbsolute() && path.normalize().toString().equals(text);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
