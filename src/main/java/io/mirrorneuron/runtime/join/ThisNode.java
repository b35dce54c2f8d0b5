package io.mirrorneuron.runtime.join;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.NodeRegistry;

/**
 * Who is asked to join or leave.
 *
 * @param owner this node as the owner of jobs
 * @param version of this program
 */
public record ThisNode(String owner, String version) {
  String name() {
    return NodeRegistry.nameOf(owner);
  }

  /**
   * @param given as which it was asked
   * @throws MnException CONFLICT when it is called otherwise
   */
  void requireCalled(String given) {
    requireCalled(name(), given);
  }

  /**
   * @param name of the node that was asked
   */
  static void requireCalled(String name, String given) {
    if (!given.equals(name)) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "another_name",
          "the node there is called %s, not %s".formatted(name, given));
    }
  }
}
