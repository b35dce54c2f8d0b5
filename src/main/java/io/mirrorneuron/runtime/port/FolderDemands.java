package io.mirrorneuron.runtime.port;

import java.util.List;

/**
 * The files and folders of the node that a bundle asks for, beyond those that all programs may
 * access.
 *
 * @param read absolute paths of files, and of folders with their content
 * @param write the same, for reading and writing
 * @param fingerprint of the payload files, the agents and these demands, as 64 digits; empty when
 *     nothing is asked for
 */
public record FolderDemands(List<String> read, List<String> write, String fingerprint) {
  public static final FolderDemands NONE = new FolderDemands(List.of(), List.of(), "");

  public FolderDemands {
    read = read == null ? List.of() : List.copyOf(read);
    write = write == null ? List.of() : List.copyOf(write);
  }

  public boolean isEmpty() {
    return read.isEmpty() && write.isEmpty();
  }
}
