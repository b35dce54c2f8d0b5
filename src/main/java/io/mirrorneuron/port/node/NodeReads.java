package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/**
 * What this node lets other nodes read: operations of its areas, which pass nothing on. Blocking
 * and thread-safe.
 */
public interface NodeReads {
  /** The node has no areas. */
  String NO_API = "no_api";

  /** Of a node without areas. */
  NodeReads NONE =
      (area, operation, call, isFile) -> {
        throw new MnException(
            ErrorCode.UNAVAILABLE,
            NO_API,
            "it serves no API, so its runs are read on its machine only");
      };

  /**
   * @param area by its tag
   * @param call JSON, as it goes to an area
   * @param isFile whether a file is wanted; else those that answer one are refused
   * @return the JSON of the answer, which of a file says where it is on this node
   */
  byte[] read(String area, String operation, String call, boolean isFile);
}
