package io.mirrorneuron.runtime.exec.pool;

/**
 * Why somebody cannot be given what it asks for now.
 *
 * @param byLimits whether it is not taken, but more than the operator allows programs
 * @param sentence for people; completes "it waits: "
 */
public record WaitReason(boolean byLimits, String sentence) {
  static WaitReason taken(String sentence) {
    return new WaitReason(false, sentence);
  }

  static WaitReason limited(String sentence) {
    return new WaitReason(true, sentence);
  }
}
