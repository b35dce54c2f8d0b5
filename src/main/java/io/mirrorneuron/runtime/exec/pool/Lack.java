package io.mirrorneuron.runtime.exec.pool;

/**
 * Why somebody cannot be given what it asks for now.
 *
 * @param byLimits whether it is not taken, but more than the operator allows programs
 * @param sentence for people; completes "it waits: "
 */
public record Lack(boolean byLimits, String sentence) {
  static Lack taken(String sentence) {
    return new Lack(false, sentence);
  }

  static Lack limited(String sentence) {
    return new Lack(true, sentence);
  }
}
