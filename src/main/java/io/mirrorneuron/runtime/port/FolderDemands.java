package io.mirrorneuron.runtime.port;

import java.util.List;

/**
 * What the programs of a bundle ask for beyond what all programs may reach.
 *
 * @param read absolute paths of files, and of folders with all that lies below
 * @param write the same, to read and to change
 * @param fingerprint of what would get it: the payload files, the agents and this demand, as 64
 *     digits; empty when nothing is asked for
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
