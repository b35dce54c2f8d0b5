package io.mirrorneuron.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds what somebody probably meant to write. */
public final class NearestMatch {
  private static final int SHORTEST_PART = 4;

  /** Two typing errors in four letters make as good as any word of any other. */
  private static final int SHORTEST_CHANGED_TWICE = 5;

  private NearestMatch() {}

  /** The closest candidate, when it is close enough that a typing error explains the difference. */
  public static Optional<String> of(String word, Collection<String> candidates) {
    return within(mostTypos(word), word, candidates).or(() -> longer(word, candidates));
  }

  /** The only candidate of which the word is the first or the last part: a part was left out. */
  private static Optional<String> longer(String word, Collection<String> candidates) {
    List<String> longer =
        candidates.stream()
            .filter(one -> one.startsWith(word + "_") || one.endsWith("_" + word))
            .toList();
    return word.length() >= SHORTEST_PART && longer.size() == 1
        ? Optional.of(longer.getFirst())
        : Optional.empty();
  }

  /** The closest candidate that so many typing errors explain at most. */
  public static Optional<String> within(int typos, String word, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .filter(candidate -> distance(word, candidate) <= typos);
  }

  /** Fewer than the word has letters: any word could be the correction of a short one. */
  private static int mostTypos(String word) {
    return word.length() < SHORTEST_CHANGED_TWICE
        ? Math.min(1, word.length() - 1)
        : Math.max(2, word.length() / 3);
  }

  /**
   * Insertions, deletions, replacements and exchanges of neighbours that turn one word into the
   * other (optimal string alignment).
   */
  private static int distance(String a, String b) {
    int[][] typos = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        typos[i][j] = i == 0 || j == 0 ? i + j : step(typos, a, b, i, j);
      }
    }
    return typos[a.length()][b.length()];
  }

  private static int step(int[][] typos, String a, String b, int i, int j) {
    int replaced = typos[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, 1 + Math.min(typos[i - 1][j], typos[i][j - 1]));
    boolean exchanged =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return exchanged ? Math.min(best, typos[i - 2][j - 2] + 1) : best;
  }
}
