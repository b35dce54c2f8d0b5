package io.mirrorneuron.models;

import io.mirrorneuron.models.NodeFacts.Card;
import io.mirrorneuron.port.models.ModelFit;
import io.mirrorneuron.port.models.ModelRequirements;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Judges whether a node can run a model of the catalog. Pure. */
final class Compatibility {
  private static final String SMALLER = "Choose a smaller model, or install this one with force.";
  private static final String SLOW =
      "Choose a smaller model, or install this one with force and wait longer for its answers.";
  private static final String LOOK = "Look at its speed with mn model benchmark.";

  /** A judgement without the names of the model. */
  private record Verdict(String status, String accelerator, String message, String help) {
    boolean isOk() {
      return status.equals("pass") || status.equals("warning");
    }
  }

  private Compatibility() {}

  /** Where nobody could say what the node has. */
  static ModelFit unknown(CatalogEntry model, String why) {
    return fit(model, new Verdict("unknown", null, why, null));
  }

  static ModelFit of(CatalogEntry model, NodeFacts node) {
    return fit(model, judged(model.requirements(), node));
  }

  private static ModelFit fit(CatalogEntry model, Verdict verdict) {
    boolean isKnown = !verdict.status().equals("unknown");
    List<String> warnings =
        verdict.status().equals("warning") ? List.of(verdict.message()) : List.of();
    return new ModelFit(
        model.id(),
        model.dockerModel(),
        model.backend(),
        verdict.status(),
        verdict.isOk(),
        verdict.accelerator(),
        verdict.message(),
        verdict.help(),
        isKnown && !verdict.isOk(),
        warnings);
  }

  private static Verdict judged(ModelRequirements needs, NodeFacts node) {
    Optional<Card> best = node.cards().stream().max(Comparator.comparingLong(Card::memoryMb));
    if (best.isEmpty()) {
      return withoutCard(needs, node.memoryMb());
    }
    return switch (best.get().driver()) {
      case "metal" -> onMetal(needs, node.memoryMb());
      case "cuda" -> onCard(needs, best.get(), "cuda", "NVIDIA");
      case "rocm" -> onCard(needs, best.get(), "rocm", "AMD");
      default -> withoutCard(needs, node.memoryMb());
    };
  }

  private static Verdict onCard(
      ModelRequirements needs, Card card, String accelerator, String called) {
    long wanted = wanted(needs.minGpuMemoryMb());
    if (card.memoryMb() <= 0) {
      return new Verdict(
          "warning",
          accelerator,
          "Nobody knows how much memory the %s card has.".formatted(called),
          LOOK);
    }
    if (card.memoryMb() < wanted) {
      String message =
          "It needs %s of graphics memory; the %s card has %s."
              .formatted(told(wanted), called, told(card.memoryMb()));
      return new Verdict("fail", accelerator, message, SMALLER);
    }
    String fits = "The %s card has %s.".formatted(called, told(card.memoryMb()));
    return accelerator.equals("rocm")
        ? new Verdict("warning", accelerator, fits + " Whether it is used is not sure.", LOOK)
        : new Verdict("pass", accelerator, fits, null);
  }

  private static Verdict onMetal(ModelRequirements needs, long memory) {
    long wanted = wanted(needs.minUnifiedMemoryMb());
    return memory >= wanted
        ? new Verdict("pass", "metal", "The machine has %s.".formatted(told(memory)), null)
        : new Verdict("fail", "metal", lacking(wanted, memory), SMALLER);
  }

  private static Verdict withoutCard(ModelRequirements needs, long memory) {
    long wanted = wanted(needs.minCpuMemoryMb());
    if (memory <= 0) {
      return new Verdict("unknown", null, "Nobody knows how much memory the node has.", null);
    }
    if (memory < wanted) {
      return new Verdict("fail", "cpu", lacking(wanted, memory), SMALLER);
    }
    return needs.cpuIsEnough()
        ? new Verdict("pass", "cpu", "It is small enough for processors alone.", null)
        : new Verdict(
            "force", "cpu", "There is no graphics card that helps: it will be slow.", SLOW);
  }

  private static String lacking(long wanted, long memory) {
    return "It needs %s of memory; the node has %s.".formatted(told(wanted), told(memory));
  }

  private static long wanted(Integer megabytes) {
    return megabytes == null ? 0 : megabytes;
  }

  private static String told(long megabytes) {
    return megabytes < 1024 ? megabytes + " MB" : "%.1f GB".formatted(megabytes / 1024.0);
  }
}
