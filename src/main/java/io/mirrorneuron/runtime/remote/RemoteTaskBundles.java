package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.store.bundle.BundleCopies;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Payload files for remote tasks: from the shared store, otherwise from the owner of the job.
 * Blocking; thread-safe.
 */
public final class RemoteTaskBundles {
  private final BundleCopies copies;
  private final PeerPrograms peers;
  private final Function<String, Optional<Peer>> addresses;
  private final Map<String, String> owners = new ConcurrentHashMap<>();

  /**
   * @param addresses finds a living owner of jobs
   */
  public RemoteTaskBundles(
      BundleCopies copies, PeerPrograms peers, Function<String, Optional<Peer>> addresses) {
    this.copies = copies;
    this.peers = peers;
    this.addresses = addresses;
  }

  BundleCopies copies() {
    return copies;
  }

  /** A program of this owner's job needs these files. */
  void needed(String fingerprint, String owner) {
    owners.put(fingerprint, owner);
  }

  /**
   * @param shared the shared store
   */
  public PayloadSource after(PayloadSource shared) {
    return payloads -> {
      Optional<String> why = shared.fetch(payloads);
      String owner = why.isEmpty() ? null : owners.get(name(payloads));
      return owner == null ? why : brought(name(payloads), owner);
    };
  }

  private static String name(Path payloads) {
    return payloads.getFileName().toString();
  }

  private Optional<String> brought(String fingerprint, String owner) {
    String why;
    try {
      Optional<Peer> peer = addresses.apply(owner);
      if (peer.isPresent()) {
        try (InputStream bytes = peers.bundle(peer.get(), fingerprint)) {
          copies.read(fingerprint, bytes);
          owners.remove(fingerprint);
          return Optional.empty();
        }
      }
      why = "it is not there";
    } catch (IOException | MnException e) {
      why = e.getMessage();
    }
    return Optional.of(
        "payload files %s cannot be brought from the node of the job: %s"
            .formatted(fingerprint, why));
  }
}
