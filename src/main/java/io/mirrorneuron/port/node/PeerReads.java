package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/**
 * Operations of this node's areas that other nodes may read. They are never forwarded. Blocking.
 * Thread-safe.
 */
public interface PeerReads {
  /** Error code: the node has no areas. */
  String NO_API = "no_api";

  /** For a node without areas. */
  PeerReads NONE =
      (area, operation, call, isFile) -> {
        throw new MnException(
            ErrorCode.UNAVAILABLE,
            NO_API,
            "it serves no API, so its runs are read on its machine only");
      };

  /**
   * @param area by its tag
   * @param call JSON, as it goes to an area
   * @param isFile whether a file is wanted; if not, operations that return files are refused
   * @return the JSON of the answer; for a file, its path on this node
   */
  byte[] read(String area, String operation, String call, boolean isFile);
}
